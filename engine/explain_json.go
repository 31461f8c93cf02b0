package engine

import (
	"encoding/json"
	"strings"
	"time"

	"mydocker/internal/members"
)

// explainLog writes what it reads as the lines of a log (package logs).
const explainLog = `log() { while IFS= read -r LINE; do printf '{"log":"%s\\n","stream":"%s","time":"%s"}\n' ` +
	`"$(sed 's/["\\]/\\&/g; s/\t/\\t/g; s/[[:cntrl:]]//g' <<<"$LINE")" $1 "$(date -u +%FT%T.%NZ)"; done; }`

// fieldLines is a value's JSON with a line for each of its fields, so that a
// person finds something in it.
func fieldLines(value any) string {
	decoder := json.NewDecoder(strings.NewReader(compactJSON(value)))
	decoder.Token() // {
	var fields []string
	for decoder.More() {
		name, _ := decoder.Token()
		var content json.RawMessage
		if decoder.Decode(&content) != nil {
			break
		}
		fields = append(fields, compactJSON(name)+": "+string(content))
	}
	return "{\n" + strings.Join(fields, ",\n") + "\n}\n"
}

// compactJSON is for values that are read from records, or are written there.
func compactJSON(value any) string {
	text, err := members.MarshalReadable(value)
	if err != nil {
		panic(err) // it could not have been recorded
	}
	return string(text)
}

// explainExit is an Exit with shell variables for what is not known yet.
func explainExit() string {
	const code = -1
	unknown := compactJSON(&Exit{Code: code})
	return strings.NewReplacer(compactJSON(code), "$STATUS", compactJSON(time.Time{}), `"$(date -u +%FT%T.%NZ)"`).Replace(unknown)
}
