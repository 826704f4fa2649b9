//go:build !windows

package dirblobs

import "os"

// syncDir makes durable which names a folder has.
func syncDir(f *os.File) error { return f.Sync() }
