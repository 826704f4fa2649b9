package admin

// The permissions of this package.
const (
	PlansRead  Permission = "plans.read"  // see price plans and account schedules
	PlansWrite Permission = "plans.write" // change price plans and account schedules
)
