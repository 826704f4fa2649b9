// Package planmigration moves the accounts of one version of a price plan to another.
package planmigration
