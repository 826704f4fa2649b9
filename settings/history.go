package settings

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// History pages through the versions of a setting, newest first; Diff tells two of them apart. A
// deleted setting keeps its history under its id. A setting that never was is admin.ErrNotFound. It
// requires admin.SettingsRead.
func (s *Service) History(ctx context.Context, scope admin.Scope, id uuid.UUID, q admin.Query) (admin.Page[Version], error) {
	if err := scope.Require(admin.SettingsRead); err != nil {
		return admin.Page[Version]{}, err
	}
	page, err := admin.Paginate(scope.Org(), "setting history "+id.String(), q,
		func(seek admin.Seek[int64]) ([]Version, error) { return s.store.History(ctx, scope.Org(), id, seek) },
		func(v Version) int64 { return v.Setting.Version })
	if err == nil && len(page.Items) == 0 {
		return page, admin.NotFound("setting")
	}
	return page, err
}

// Restore gives the setting, where its Version is still version, the value that it had at the version
// toVersion, as a new version: nothing of the history is lost. The value is checked by the rules of
// today, the JSON Schema that the setting has now and the operators that the Evaluator knows now
// among them; the schema itself stays as it is now. Errors: as of Update, and admin.ErrNotFound also for a version that there is not. A
// deleted setting cannot be restored: create one with the value that its history has. It requires
// admin.SettingsWrite.
func (s *Service) Restore(ctx context.Context, scope admin.Scope, id uuid.UUID, version, toVersion int64) (Setting, error) {
	return s.change(ctx, scope, ActionRestore, id, version, func(old Setting) (Value, Schema, error) {
		v, err := s.store.Version(ctx, scope.Org(), id, toVersion)
		if errors.Is(err, admin.ErrNotFound) {
			return Value{}, Schema{}, fmt.Errorf("setting %s has no version %d: %w", old.Key(), toVersion, admin.ErrNotFound)
		}
		return v.Setting.Value, old.Schema, err
	}, admin.Change{Field: "restored_version", To: strconv.FormatInt(toVersion, 10)})
}
