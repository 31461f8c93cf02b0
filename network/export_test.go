package network

// BindOverTimeWait is for tests: Reserve comes to it only when a port is taken
// at first.
func BindOverTimeWait(mapping PortMapping) (int, error) { return bindOverTimeWait(mapping.bind) }
