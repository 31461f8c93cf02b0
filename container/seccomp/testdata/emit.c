// emit has libseccomp compile rules and writes the program to standard output.
// Standard input, all numbers in hexadecimal:
//
//	DEFAULT BADARCH NATIVE ARCH COUNT                  ARCH 0: none beside the first
//	NUMBER NAME VERDICT COUNT (ARGUMENT OPERATOR A B)…  per rule; a number where NAME is "-"
//
// Verdicts are the kernel's, which libseccomp's are too. A rule for a name that
// this libseccomp does not know is passed over and named on standard error.
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(int rc, const char *doing) {
	if (rc < 0) {
		fprintf(stderr, "%s: %s\n", doing, strerror(-rc));
		exit(1);
	}
}

static enum scmp_compare operator(const char *name) {
	const char *names[] = {"", "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ",
			       "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"};
	for (int i = 1; i < 8; i++)
		if (!strcmp(names[i], name))
			return i;
	fprintf(stderr, "unknown operator %s\n", name);
	exit(1);
}

int main(void) {
	unsigned fallback, badarch, native, arch, count, verdict, arguments, argument;
	unsigned long long a, b;
	int number;
	char name[64], op[64];

	if (scanf("%x %x %x %x %x", &fallback, &badarch, &native, &arch, &count) != 5)
		return 1;
	scmp_filter_ctx filter = seccomp_init(fallback);
	check(seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, badarch), "setting the action for other architectures");
	check(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, count > 32 ? 2 : 1), "optimising");
	if (native != seccomp_arch_native()) {
		check(seccomp_arch_add(filter, native), "adding the architecture");
		check(seccomp_arch_remove(filter, SCMP_ARCH_NATIVE), "removing the own architecture");
	}
	if (arch)
		check(seccomp_arch_add(filter, arch), "adding an architecture");
	for (unsigned i = 0; i < count; i++) {
		struct scmp_arg_cmp compare[6];
		if (scanf("%x %63s %x %x", &number, name, &verdict, &arguments) != 4 || arguments > 6)
			return 1;
		for (unsigned j = 0; j < arguments; j++) {
			if (scanf("%x %63s %llx %llx", &argument, op, &a, &b) != 4)
				return 1;
			compare[j] = (struct scmp_arg_cmp){argument, operator(op), a, b};
		}
		if (strcmp(name, "-")) {
			number = seccomp_syscall_resolve_name(name);
			if (number == __NR_SCMP_ERROR) {
				fprintf(stderr, "%s\n", name);
				continue;
			}
		}
		check(seccomp_rule_add_array(filter, verdict, number, arguments, compare), name);
	}
	fflush(stdout);
	check(seccomp_export_bpf(filter, 1), "writing the program");
	return 0;
}
