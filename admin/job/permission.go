package job

import "github.com/admincenter/admincenter/admin"

// PermissionWrite is the permission of the methods of [Service] that change jobs. What reading a job requires
// depends on its kind ([Rules]).
const (
	PermissionWrite admin.Permission = "jobs.write" // pause, resume, retry and cancel the jobs that one may read
)
