#include "go_asm.h"
#include "textflag.h"

#define LAST_ERROR 0xfffffffffffff001 // -4095

// func spawn(how *[6]uintptr, program *[5]uintptr, failed *uintptr) (pid uintptr)
//
// The child shares this memory and this stack, and so uses registers alone. The
// parent is stopped meanwhile.
TEXT ·spawn(SB), NOSPLIT, $0-32
	MOVQ program+8(FP), R12
	MOVQ failed+16(FP), R13
	MOVQ how+0(FP), AX
	MOVQ 8(AX), DI
	MOVQ 16(AX), SI
	MOVQ 24(AX), DX
	MOVQ 32(AX), R10
	MOVQ 40(AX), R8
	MOVQ 0(AX), AX
	SYSCALL
	TESTQ AX, AX
	JZ   child
	MOVQ AX, pid+24(FP)
	RET

child:
	MOVQ 0(R12), DI
	MOVQ 8(R12), SI
	MOVQ 16(R12), DX
	MOVQ 24(R12), R10
	MOVQ 32(R12), R8
	MOVL $const_sysExecveat, AX
	SYSCALL
	NEGQ AX
	MOVQ AX, (R13)

end:
	MOVL $1, DI
	MOVL $const_sysExitGroup, AX
	SYSCALL
	JMP  end

// func interpreter() unsafe.Pointer
TEXT ·interpreter(SB), NOSPLIT, $0-8
	LEAQ ·interpret(SB), AX
	MOVQ AX, ret+0(FP)
	RET

// interpret is all the code of a launcher. It runs elsewhere than it was linked,
// and has neither stack nor Go's registers. The script lies in front of it.
//
// BX: the script, R12: the step, R14: its number, R15: why no program was
// found, so far.
TEXT ·interpret(SB), NOSPLIT|NOFRAME, $0-0
	LEAQ ·interpret(SB), BX
	SUBQ $script__size, BX
	MOVQ script_first(BX), R12
	XORL R14, R14
	MOVL $const_errNoEntry, R15

again:
	MOVQ  step_load(R12), CX
	TESTQ CX, CX
	JZ    loaded
	MOVLQSX (CX), AX
	MOVQ  AX, step_arguments(R12)

loaded:
	MOVQ step_number(R12), AX
	MOVQ (step_arguments+0)(R12), DI
	MOVQ (step_arguments+8)(R12), SI
	MOVQ (step_arguments+16)(R12), DX
	MOVQ (step_arguments+24)(R12), R10
	MOVQ (step_arguments+32)(R12), R8
	MOVQ (step_arguments+40)(R12), R9
	SYSCALL
	CMPQ AX, $LAST_ERROR
	JCC  failed
	CMPB step_splits(R12), $0
	JNE  split
	CMPQ step_wants(R12), $-1
	JEQ  good
	CMPQ AX, step_wants(R12)
	JEQ  good
	MOVL $const_errBrokenPipe, AX
	JMP  tell

good:
	MOVQ  step_store(R12), CX
	TESTQ CX, CX
	JZ    next
	MOVL  AX, (CX)

next:
	ADDQ $step__size, R12
	INCQ R14
	CMPQ R12, script_end(BX)
	JCS  again
	DECQ R14
	MOVL R15, AX
	JMP  tell

failed:
	NEGQ AX
	CMPQ AX, $const_errInterrupted
	JEQ  again
	CMPQ AX, step_tolerates(R12)
	JEQ  next
	CMPB step_search(R12), $0
	JEQ  tell
	CMPQ AX, $const_errNoEntry
	JEQ  next
	CMPQ AX, $const_errNoDirectory
	JEQ  next
	CMPQ AX, $const_errNoAccess
	JNE  tell
	MOVL AX, R15
	JMP  next

split:
	TESTQ AX, AX
	JZ   next
	MOVL $const_born, R14

tell:
	MOVQ script_outcome(BX), SI
	MOVL R14, Failure_Step(SI)
	MOVL AX, Failure_Errno(SI)
	MOVL $const_Status, DI
	MOVL $Failure__size, DX
	MOVL $const_sysWrite, AX
	SYSCALL
	MOVL $1, DI
	CMPQ AX, $-const_errNoDescriptor
	JNE  exit

	// Status is not open: it is the program itself that leads here.
	MOVL $2, DI
	MOVQ script_refusal(BX), SI
	MOVQ script_length(BX), DX
	MOVL $const_sysWrite, AX
	SYSCALL
	MOVL $const_CannotExecute, DI

exit:
	MOVL $const_sysExitGroup, AX
	SYSCALL
	JMP  exit
	QUAD $const_lastCode
