#include "go_asm.h"
#include "textflag.h"

// func spawn(how *[6]uintptr, program *[5]uintptr, failed *uintptr) (pid uintptr)
//
// The child shares this memory and this stack, and so uses registers alone. The
// parent is stopped meanwhile.
TEXT ·spawn(SB), NOSPLIT, $0-32
	MOVD program+8(FP), R19
	MOVD failed+16(FP), R20
	MOVD how+0(FP), R9
	MOVD 8(R9), R0
	MOVD 16(R9), R1
	MOVD 24(R9), R2
	MOVD 32(R9), R3
	MOVD 40(R9), R4
	MOVD 0(R9), R8
	SVC
	CBZ  R0, child
	MOVD R0, pid+24(FP)
	RET

child:
	MOVD 0(R19), R0
	MOVD 8(R19), R1
	MOVD 16(R19), R2
	MOVD 24(R19), R3
	MOVD 32(R19), R4
	MOVD $const_sysExecveat, R8
	SVC
	NEG  R0, R0
	MOVD R0, (R20)

end:
	MOVD $1, R0
	MOVD $const_sysExitGroup, R8
	SVC
	B    end

// func interpreter() unsafe.Pointer
TEXT ·interpreter(SB), NOSPLIT, $0-8
	MOVD $·interpret(SB), R0
	MOVD R0, ret+0(FP)
	RET

// interpret is all the code of a launcher. It runs elsewhere than it was linked,
// and has neither stack nor Go's registers. The script lies in front of it.
//
// R19: the script, R20: the step, R21: its number, R22: why no program was
// found, so far.
TEXT ·interpret(SB), NOSPLIT|NOFRAME, $0-0
start:
	ADR  start, R19
	SUB  $script__size, R19
	MOVD script_first(R19), R20
	MOVD $0, R21
	MOVD $const_errNoEntry, R22

again:
	MOVD step_load(R20), R9
	CBZ  R9, loaded
	MOVW (R9), R10
	MOVD R10, step_arguments(R20)

loaded:
	MOVD step_number(R20), R8
	MOVD (step_arguments+0)(R20), R0
	MOVD (step_arguments+8)(R20), R1
	MOVD (step_arguments+16)(R20), R2
	MOVD (step_arguments+24)(R20), R3
	MOVD (step_arguments+32)(R20), R4
	MOVD (step_arguments+40)(R20), R5
	SVC
	CMN  $4095, R0 // the last error is -4095
	BCS  failed
	MOVBU step_splits(R20), R9
	CBNZ R9, split
	MOVD step_wants(R20), R9
	CMN  $1, R9
	BEQ  good
	CMP  R9, R0
	BEQ  good
	MOVD $const_errBrokenPipe, R0
	B    tell

good:
	MOVD step_store(R20), R9
	CBZ  R9, next
	MOVW R0, (R9)

next:
	ADD  $step__size, R20
	ADD  $1, R21
	MOVD script_end(R19), R9
	CMP  R9, R20
	BLO  again
	SUB  $1, R21
	MOVD R22, R0
	B    tell

failed:
	NEG  R0, R0
	CMP  $const_errInterrupted, R0
	BEQ  again
	MOVD step_tolerates(R20), R9
	CMP  R9, R0
	BEQ  next
	MOVBU step_search(R20), R9
	CBZ  R9, tell
	CMP  $const_errNoEntry, R0
	BEQ  next
	CMP  $const_errNoDirectory, R0
	BEQ  next
	CMP  $const_errNoAccess, R0
	BNE  tell
	MOVD R0, R22
	B    next

split:
	CBZ  R0, next
	MOVD $const_born, R21

tell:
	MOVD script_outcome(R19), R1
	MOVW R21, Failure_Step(R1)
	MOVW R0, Failure_Errno(R1)
	MOVD $const_Status, R0
	MOVD $Failure__size, R2
	MOVD $const_sysWrite, R8
	SVC
	CMN  $const_errNoDescriptor, R0
	MOVD $1, R0
	BNE  exit

	// Status is not open: it is the program itself that leads here.
	MOVD $2, R0
	MOVD script_refusal(R19), R1
	MOVD script_length(R19), R2
	MOVD $const_sysWrite, R8
	SVC
	MOVD $const_CannotExecute, R0

exit:
	MOVD $const_sysExitGroup, R8
	SVC
	B    exit
	WORD $0x63686564 // lastCode
	WORD $0x6c61756e
