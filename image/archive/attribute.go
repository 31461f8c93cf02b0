package archive

import "strings"

// attributePrefix marks a PAX record that holds an extended attribute, as
// star, GNU tar --xattrs, libarchive and docker write it.
const attributePrefix = "SCHILY.xattr."

// attributeName gives the name of the extended attribute that a PAX record
// holds, unless the record is something else or the attribute must stay out
// of a layer.
func attributeName(key string) (string, bool) {
	name, ok := strings.CutPrefix(key, attributePrefix)
	return name, ok && KeepsAttribute(name)
}

// KeepsAttribute tells which extended attributes go with a file wherever it
// goes. The package comment says which do not, and why.
func KeepsAttribute(name string) bool {
	return name != "security.selinux" &&
		!strings.HasPrefix(name, "trusted.overlay.") && !strings.HasPrefix(name, "user.overlay.")
}

// fitsRecord tells whether a PAX record can name an attribute: "=" ends its key.
func fitsRecord(name string) bool { return !strings.Contains(name, "=") }
