// Package dbtest runs the conformance suite and the fault tests of sqlstore against real databases.
// It is a module of its own so that the library does not depend on database drivers.
package dbtest
