package network

// BindOverTimeWait is for tests: Reserve comes to it only when a port is taken
// at first.
var BindOverTimeWait = bindOverTimeWait
