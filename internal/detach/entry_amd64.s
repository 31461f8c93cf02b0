#include "go_asm.h"
#include "textflag.h"

#define FRAME 192
#define SET 0        // the signals that are waited for
#define BEFORE 8     // those that were blocked
#define ACTION 16    // struct sigaction, 32 bytes
#define STATUS 48    // how the other process has ended
#define INFO 64      // siginfo_t, 128 bytes
#define CODE 72      // its si_code
#define SENDER 80    // its si_pid
#define VALUE 88     // its si_value

// func entry()
//
// The stack is as the kernel has left it: the number of arguments, and then each.
// It has to be so again where Go begins.
TEXT ·entry(SB), NOSPLIT|NOFRAME, $0
	MOVQ 0(SP), R12
	LEAQ 8(SP), R13
	MOVQ $1, R14
	XORL R15, R15          // whether the next word may belong to the one before
	XORL R11, R11          // whether "run" or "exec" has been met

word:
	CMPQ R14, R12
	JGE  begin
	MOVQ (R13)(R14*8), SI
	INCQ R14
	CMPB (SI), $'-'
	JEQ  flag
	TESTL R15, R15
	JZ   alone
	XORL R15, R15
	JMP  word

alone:
	TESTL R11, R11
	JNZ  begin             // the image or container: flags after it are the program's
	CMPL (SI), $0x006e7572 // "run"
	JEQ  met
	CMPL (SI), $0x63657865 // "exec"
	JNE  start
	CMPB 4(SI), $0
	JNE  begin

met:
	MOVL $1, R11
	JMP  word

start:
	CMPL (SI), $0x72617473 // "star"
	JNE  begin
	CMPW 4(SI), $0x0074    // "t"
	JNE  begin
	MOVQ (R13)(R14*8), SI  // the container, if nothing comes after it
	INCQ R14
	CMPQ R14, R12
	JNE  begin
	CMPB (SI), $'-'
	JEQ  begin
	JMP  fork

flag:
	INCQ SI
	CMPB (SI), $'-'
	JNE  named
	INCQ SI
	CMPB (SI), $0          // "--": no flags any more
	JEQ  begin

named:
	TESTL R11, R11
	JZ   valued
	CMPL (SI), $0x61746564 // "deta"
	JNE  short
	MOVL 4(SI), AX
	ANDL $0x00ffffff, AX
	CMPL AX, $0x00006863   // "ch"
	JEQ  fork

short: // -d, -i, -t, or several flags in one word
	XORL R15, R15
	XORL DX, DX
	MOVQ SI, DI

letter:
	MOVBLZX (DI), AX
	INCQ DI
	CMPL AX, $'i'
	JEQ  letter
	CMPL AX, $'t'
	JEQ  letter
	CMPL AX, $'d'
	JNE  last
	MOVL $1, DX
	JMP  letter

last: // the end, or the letter of a flag whose value is the next word, as in -dp 80:80
	TESTL DX, DX
	JZ   other
	TESTL AX, AX
	JZ   fork
	CMPB (DI), $0
	JEQ  fork
	JMP  valued

other:
	TESTL AX, AX
	JZ   word

valued: // any other flag, whose value may be in it
	MOVL $1, R15

character:
	MOVBLZX (SI), AX
	INCQ SI
	TESTL AX, AX
	JZ   word
	CMPL AX, $'='
	JNE  character
	XORL R15, R15
	JMP  word

fork:
	LEAQ -FRAME(SP), SP
	MOVQ $const_waitedFor, AX
	MOVQ AX, SET(SP)
	MOVL $const_block, DI
	LEAQ SET(SP), SI
	LEAQ BEFORE(SP), DX
	MOVL $8, R10
	MOVL $const_sysSigprocmask, AX
	SYSCALL

	// Where the caller ignores the end of children, nobody could tell how one has ended.
	XORL AX, AX
	MOVQ AX, (ACTION+0)(SP)
	MOVQ AX, (ACTION+8)(SP)
	MOVQ AX, (ACTION+16)(SP)
	MOVQ AX, (ACTION+24)(SP)
	MOVL $const_childSignal, DI
	LEAQ ACTION(SP), SI
	XORL DX, DX
	MOVL $8, R10
	MOVL $const_sysSigaction, AX
	SYSCALL

	MOVL $const_sysGetpid, AX
	SYSCALL
	MOVQ AX, R14
	MOVL $const_childSignal, DI
	XORL SI, SI
	XORL DX, DX
	XORL R10, R10
	XORL R8, R8
	MOVL $const_sysClone, AX
	SYSCALL
	TESTQ AX, AX
	JLT  unblock // there is no second process: all is as it was
	JNE  wait
	MOVQ R14, ·waiter(SB)

unblock:
	MOVL $const_setMask, DI
	LEAQ BEFORE(SP), SI
	XORL DX, DX
	MOVL $8, R10
	MOVL $const_sysSigprocmask, AX
	SYSCALL
	LEAQ FRAME(SP), SP

begin:
	JMP  _rt0_amd64_linux(SB)

wait:
	MOVQ AX, R12

next:
	LEAQ SET(SP), DI
	LEAQ INFO(SP), SI
	XORL DX, DX
	MOVL $8, R10
	MOVL $const_sysSigtimedwait, AX
	SYSCALL
	TESTQ AX, AX
	JLE  next
	CMPQ AX, $const_childSignal
	JEQ  child
	MOVL CODE(SP), CX
	CMPQ AX, $const_leaveSignal
	JNE  pass
	CMPL CX, $const_queued
	JNE  unqueued
	CMPL R12, SENDER(SP)
	JNE  pass
	MOVBLZX VALUE(SP), DI
	JMP  exit

unqueued: // without what it says there is no sender
	MOVL CX, DI
	ORL  SENDER(SP), DI
	JZ   exit

pass: // what the kernel sends, as for ctrl-c, both have got
	CMPL CX, $0
	JGT  next
	MOVQ R12, DI
	MOVQ AX, SI
	MOVL $const_sysKill, AX
	SYSCALL
	JMP  next

child:
	MOVQ R12, DI
	LEAQ STATUS(SP), SI
	MOVL $const_noHang, DX
	XORL R10, R10
	MOVL $const_sysWait4, AX
	SYSCALL
	CMPQ AX, R12
	JNE  next // it was stopped, and not ended
	MOVL STATUS(SP), AX
	MOVL AX, DI
	ANDL $0x7f, DI
	JNE  killed
	SHRL $8, AX
	MOVBLZX AX, DI
	JMP  exit

killed: // and so is this one
	MOVQ DI, R14
	MOVL $const_setMask, DI
	LEAQ BEFORE(SP), SI
	XORL DX, DX
	MOVL $8, R10
	MOVL $const_sysSigprocmask, AX
	SYSCALL
	MOVL $const_sysGetpid, AX
	SYSCALL
	MOVQ AX, DI
	MOVQ R14, SI
	MOVL $const_sysKill, AX
	SYSCALL
	LEAQ 128(R14), DI // unless it takes no notice of the signal

exit:
	MOVL $const_sysExitGroup, AX
	SYSCALL
	JMP  exit
