package rows

// Size says how many there are of what a row has many of.
type Size struct {
	Listed    int // containers that ps lists
	Running   int // of those
	Crowd     int // containers started at once
	Idle      int // containers whose memory is measured
	Last      int // the number of the last container that is started
	Megabytes int // of the root file system that is imported
}

// Full is what the goals are about, Short the same work with less of it.
var (
	Full  = Size{Listed: 1000, Running: 100, Crowd: 100, Idle: 100, Last: 1000, Megabytes: 300}
	Short = Size{Listed: 10, Running: 3, Crowd: 5, Idle: 3, Last: 10, Megabytes: 5}
)
