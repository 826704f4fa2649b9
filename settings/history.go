package settings

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// History pages through the versions of a setting, newest first; [Diff] compares two of them. A deleted setting keeps
// its history under its id. A setting that never existed is [admin.ErrNotFound]. It requires [PermissionRead].
func (s *Service) History(
	ctx context.Context, scope admin.Scope, id uuid.UUID, q admin.Query,
) (admin.Page[Version], error) {
	if err := scope.Require(PermissionRead); err != nil {
		return admin.Page[Version]{}, err
	}
	page, err := admin.Paginate(scope.Org(), "setting history "+id.String(), q,
		func(seek admin.Seek[int64]) ([]Version, error) {
			return s.ports.Settings.History(ctx, scope.Org(), id, seek)
		},
		func(v Version) int64 { return v.Setting.Version })
	if err == nil && len(page.Items) == 0 {
		return page, admin.NotFound("setting")
	}
	return page, err
}

// Restore gives the setting, if its Version is still version, the value that it had at toVersion, as a new version:
// nothing of the history is lost. The value is checked by the present rules: the JSON Schema that the setting has now
// and the operators that the [Evaluator] knows now. The schema itself stays as it is now. It fails as
// [Service.Update] does, and with [admin.ErrNotFound] if there is no version toVersion. A deleted setting cannot be
// restored: create one with the value from its history. It requires [PermissionWrite].
func (s *Service) Restore(
	ctx context.Context, scope admin.Scope, id uuid.UUID, version, toVersion int64,
) (Setting, error) {
	return s.change(ctx, scope, ActionRestore, id, version, func(old Setting) (Value, Schema, error) {
		v, err := s.ports.Settings.Version(ctx, scope.Org(), id, toVersion)
		if errors.Is(err, admin.ErrNotFound) {
			return Value{}, Schema{}, fmt.Errorf("%s has no version %d: %w",
				old.Key(), toVersion, admin.NotFound("setting version"))
		}
		return v.Setting.Value, old.Schema, err
	}, admin.Change{Field: "restoredVersion", To: strconv.FormatInt(toVersion, 10)})
}
