package admin

// The permissions of this package.
const (
	SettingsRead  Permission = "settings.read"  // read, resolve and evaluate settings
	SettingsWrite Permission = "settings.write" // create, update and delete settings
)
