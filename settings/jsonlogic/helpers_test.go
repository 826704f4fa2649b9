package jsonlogic

import (
	"errors"
	"reflect"
)

func errorsAs(err error, target **Error) bool { return errors.As(err, target) }

func equal(a, b any) bool { return reflect.DeepEqual(a, b) }
