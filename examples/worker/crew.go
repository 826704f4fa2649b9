package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// file returns the database's file.
func (o options) file() string { return filepath.Join(o.dir, "admin.db") }

// crew is the worker processes that run, by name.
type crew struct {
	o       options
	running map[string]*exec.Cmd
}

// start starts a worker. It is killed when ctx ends.
func (c *crew) start(ctx context.Context, name string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, "-work", name, "-dir", c.o.dir, "-lease", c.o.lease.String())
	if _, err := cmd.StdinPipe(); err != nil { // see endWithParent
		return err
	}
	log, err := os.Create(filepath.Join(c.o.dir, name+".log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the child has its own
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	c.running[name] = cmd
	return nil
}

// kill ends a worker without warning.
func (c *crew) kill(name string) error {
	cmd, err := c.remove(name)
	if err != nil {
		return err
	}
	if err := cmd.Process.Kill(); err != nil {
		return err
	}
	var killed *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &killed) {
		return fmt.Errorf("%s was not killed: %w", name, err)
	}
	return nil
}

// end asks a worker to end, and waits until it has. A worker that was asked to end has not failed.
func (c *crew) end(name string) error {
	cmd, err := c.remove(name)
	if err != nil {
		return err
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w: see its log", name, err)
	}
	return nil
}

// endAll asks every worker to end.
func (c *crew) endAll() (err error) {
	for name := range c.running {
		err = errors.Join(err, c.end(name))
	}
	return err
}

func (c *crew) remove(name string) (*exec.Cmd, error) {
	cmd := c.running[name]
	if cmd == nil {
		return nil, fmt.Errorf("%q is not a worker that runs", name)
	}
	delete(c.running, name)
	return cmd, nil
}

// endWithParent ends this process when the one that started it is gone, however that went: standard input is
// a pipe whose other end closes then. A worker in production does not need that.
func endWithParent() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(1)
}
