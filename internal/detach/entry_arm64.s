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
	MOVD 0(RSP), R19
	ADD  $8, RSP, R20
	MOVD $1, R21
	MOVD $0, R22         // whether the next word may belong to the one before
	MOVD $0, R23         // whether "run" or "exec" has been met

word:
	CMP  R19, R21
	BGE  begin
	MOVD (R20)(R21<<3), R3
	ADD  $1, R21
	MOVBU (R3), R0
	CMP  $'-', R0
	BEQ  flag
	CBZ  R22, alone
	MOVD $0, R22
	B    word

alone:
	CBNZ R23, begin      // the image or container: flags after it are the program's
	MOVWU (R3), R1
	MOVD $0x006e7572, R2 // "run"
	CMP  R2, R1
	BEQ  met
	MOVD $0x63657865, R2 // "exec"
	CMP  R2, R1
	BNE  start
	MOVBU 4(R3), R1
	CBNZ R1, begin

met:
	MOVD $1, R23
	B    word

start:
	MOVD $0x72617473, R2 // "star"
	CMP  R2, R1
	BNE  begin
	MOVHU 4(R3), R1
	CMP  $0x0074, R1     // "t"
	BNE  begin
	MOVD (R20)(R21<<3), R3 // the container, if nothing comes after it
	ADD  $1, R21
	CMP  R19, R21
	BNE  begin
	MOVBU (R3), R0
	CMP  $'-', R0
	BEQ  begin
	B    fork

flag:
	ADD  $1, R3
	MOVBU (R3), R0
	CMP  $'-', R0
	BNE  named
	ADD  $1, R3
	MOVBU (R3), R0
	CBZ  R0, begin       // "--": no flags any more

named:
	CBZ  R23, valued
	MOVWU (R3), R0
	MOVD $0x61746564, R1 // "deta"
	CMP  R1, R0
	BNE  short
	MOVWU 4(R3), R0
	AND  $0x00ffffff, R0
	MOVD $0x00006863, R1 // "ch"
	CMP  R1, R0
	BEQ  fork

short: // -d, -i, -t, or several flags in one word
	MOVD $0, R22
	MOVD $0, R4
	MOVD R3, R5

letter:
	MOVBU (R5), R0
	ADD  $1, R5
	CMP  $'i', R0
	BEQ  letter
	CMP  $'t', R0
	BEQ  letter
	CMP  $'d', R0
	BNE  last
	MOVD $1, R4
	B    letter

last: // the end, or the letter of a flag whose value is the next word, as in -dp 80:80
	CBZ  R4, other
	CBZ  R0, fork
	MOVBU (R5), R1
	CBZ  R1, fork
	B    valued

other:
	CBZ  R0, word

valued: // any other flag, whose value may be in it
	MOVD $1, R22

character:
	MOVBU (R3), R0
	ADD  $1, R3
	CBZ  R0, word
	CMP  $'=', R0
	BNE  character
	MOVD $0, R22
	B    word

fork:
	SUB  $FRAME, RSP
	MOVD $const_waitedFor, R0
	MOVD R0, SET(RSP)
	MOVD $const_block, R0
	ADD  $SET, RSP, R1
	ADD  $BEFORE, RSP, R2
	MOVD $8, R3
	MOVD $const_sysSigprocmask, R8
	SVC

	// Where the caller ignores the end of children, nobody could tell how one has ended.
	MOVD ZR, (ACTION+0)(RSP)
	MOVD ZR, (ACTION+8)(RSP)
	MOVD ZR, (ACTION+16)(RSP)
	MOVD ZR, (ACTION+24)(RSP)
	MOVD $const_childSignal, R0
	ADD  $ACTION, RSP, R1
	MOVD $0, R2
	MOVD $8, R3
	MOVD $const_sysSigaction, R8
	SVC

	MOVD $const_sysGetpid, R8
	SVC
	MOVD R0, R21
	MOVD $const_childSignal, R0
	MOVD $0, R1
	MOVD $0, R2
	MOVD $0, R3
	MOVD $0, R4
	MOVD $const_sysClone, R8
	SVC
	CMP  $0, R0
	BLT  unblock // there is no second process: all is as it was
	BNE  wait
	MOVD R21, ·waiter(SB)

unblock:
	MOVD $const_setMask, R0
	ADD  $BEFORE, RSP, R1
	MOVD $0, R2
	MOVD $8, R3
	MOVD $const_sysSigprocmask, R8
	SVC
	ADD  $FRAME, RSP

begin:
	B    _rt0_arm64_linux(SB)

wait:
	MOVD R0, R19

next:
	ADD  $SET, RSP, R0
	ADD  $INFO, RSP, R1
	MOVD $0, R2
	MOVD $8, R3
	MOVD $const_sysSigtimedwait, R8
	SVC
	CMP  $0, R0
	BLE  next
	CMP  $const_childSignal, R0
	BEQ  child
	MOVW CODE(RSP), R1
	CMP  $const_leaveSignal, R0
	BNE  pass
	CMP  $const_queued, R1
	BNE  unqueued
	MOVW SENDER(RSP), R2
	CMP  R2, R19
	BNE  pass
	MOVBU VALUE(RSP), R0
	B    exit

unqueued: // without what it says there is no sender
	MOVW SENDER(RSP), R2
	ORR  R1, R2
	CBNZ R2, pass
	MOVD $0, R0
	B    exit

pass: // what the kernel sends, as for ctrl-c, both have got
	CMP  $0, R1
	BGT  next
	MOVD R0, R1
	MOVD R19, R0
	MOVD $const_sysKill, R8
	SVC
	B    next

child:
	MOVD R19, R0
	ADD  $STATUS, RSP, R1
	MOVD $const_noHang, R2
	MOVD $0, R3
	MOVD $const_sysWait4, R8
	SVC
	CMP  R0, R19
	BNE  next // it was stopped, and not ended
	MOVWU STATUS(RSP), R1
	AND  $0x7f, R1, R0
	CBNZ R0, killed
	LSR  $8, R1
	AND  $0xff, R1, R0
	B    exit

killed: // and so is this one
	MOVD R0, R21
	MOVD $const_setMask, R0
	ADD  $BEFORE, RSP, R1
	MOVD $0, R2
	MOVD $8, R3
	MOVD $const_sysSigprocmask, R8
	SVC
	MOVD $const_sysGetpid, R8
	SVC
	MOVD R21, R1
	MOVD $const_sysKill, R8
	SVC
	ADD  $128, R21, R0 // unless it takes no notice of the signal

exit:
	MOVD $const_sysExitGroup, R8
	SVC
	B    exit
