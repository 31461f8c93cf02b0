package engine

import "mydocker/internal/members"

// outline is a record of which only that is read which a listing shows. What is damaged
// beside that is for inspect and doctor to tell.
type outline struct{ Record }

// Members implements members.Object.
func (o *outline) Members(list *members.List) {
	list.Always("version", &o.Version)
	list.Always("id", &o.ID)
	list.Always("name", &o.Name)
	list.Always("created", &o.Created)
	list.Always("image", &o.Image)
	list.Always("process", &o.Process)
	list.Given("labels", &o.Labels)
	list.Given("userns", members.Pointer(&o.UserNS))
	list.Given("network", &o.Network)
	list.Given("ports", members.Array(&o.Ports))
	list.Given("address", &o.Address)
	list.Given("started", &o.Started)
	list.Given("bootId", &o.BootID)
	list.Given("exit", members.Pointer(&o.Exit))
}
