package settings

// Version is a setting as one change left it. Each change of a setting keeps one, its creation and
// its deletion included, and it never changes.
type Version struct {
	// Setting is all of it at the time. Its Version counts the changes from 1; UpdatedAt and
	// UpdatedBy say when this one was made and by whom.
	Setting Setting
	// Deleted says that the change was the deletion; Setting then has the value that it had last.
	Deleted bool
}
