// The least that a container takes: one clone into namespaces of its own, a
// root of its own by pivot_root, /proc, a program, and waiting for its end.
//
//	floor ROOTFS PROGRAM [ARGUMENT...]
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(int result, const char *what)
{
	if (result < 0) {
		perror(what);
		_exit(125);
	}
}

static int inside(void *argument)
{
	char **arguments = argument;

	must(prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl");
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "making mounts private");
	must(mount(arguments[1], arguments[1], NULL, MS_BIND, NULL), "binding the root");
	must(chdir(arguments[1]), "chdir");
	must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	must(umount2(".", MNT_DETACH), "leaving the old root");
	must(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "mounting /proc");
	execv(arguments[2], arguments + 2);
	must(-1, "execv");
	return 125;
}

int main(int count, char **arguments)
{
	static char stack[64 * 1024] __attribute__((aligned(16)));
	int flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | CLONE_VFORK | CLONE_VM | SIGCHLD;
	int child, status;

	if (count < 3)
		return 125;
	child = clone(inside, stack + sizeof stack, flags, arguments);
	must(child, "clone");
	must(waitpid(child, &status, 0), "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
