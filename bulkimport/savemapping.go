package bulkimport

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Audit actions of saved mappings.
const (
	ActionSaveMapping    admin.Action = "import_mapping.create"  // the mapping of an import was saved under a name
	ActionReplaceMapping admin.Action = "import_mapping.replace" // what it maps was replaced
	ActionRenameMapping  admin.Action = "import_mapping.rename"  // one was given another name
	ActionDeleteMapping  admin.Action = "import_mapping.delete"  // one was deleted
	ActionEraseMapping   admin.Action = "import_mapping.erase"   // deleted, and its names taken out of the trail
)

// mappings returns the port of saved mappings.
func (s *Service) mappings() (MappingStore, error) {
	if s.ports.Mappings == nil {
		return nil, fmt.Errorf("saved mappings need Ports.Mappings: %w", admin.ErrState)
	}
	return s.ports.Mappings, nil
}

// openMapping loads a saved mapping and requires its type's permission.
func (s *Service) openMapping(
	ctx context.Context, scope admin.Scope, id uuid.UUID, a access,
) (SavedMapping, Type, error) {
	if err := scope.Require(); err != nil {
		return SavedMapping{}, Type{}, err
	}
	store, err := s.mappings()
	if err != nil {
		return SavedMapping{}, Type{}, err
	}
	m, err := store.Get(ctx, scope.Org(), id)
	if err != nil {
		return SavedMapping{}, Type{}, err
	}
	t, err := s.require(scope, m.Type, a)
	if err != nil {
		return SavedMapping{}, Type{}, err
	}
	return m, t, nil
}

// openAt is openMapping for writing the version that was read.
func (s *Service) openAt(
	ctx context.Context, scope admin.Scope, id uuid.UUID, version int64,
) (SavedMapping, Type, error) {
	m, t, err := s.openMapping(ctx, scope, id, write)
	if err == nil && m.Version != version {
		err = admin.Conflict("import mapping")
	}
	return m, t, err
}

// mapped loads an import whose mapping was set, and requires its type's permission.
func (s *Service) mapped(ctx context.Context, scope admin.Scope, id uuid.UUID, a access) (Import, Type, error) {
	i, t, err := s.open(ctx, scope, id, a)
	if err == nil && len(i.Mapping) == 0 {
		err = fmt.Errorf("the import has no mapping: set it first: %w", admin.ErrState)
	}
	return i, t, err
}

// SaveMapping keeps the mapping and the settings of an import under a name, for other files of its type. It requires
// the type's Write permission. It fails with [admin.ErrState] if the import has no mapping, with [ErrTooManyMappings],
// with [admin.ErrExists] if a saved mapping of the type has the name, and with an [*admin.ValidationError] for a name
// that none can have, or for more than 128 KiB.
func (s *Service) SaveMapping(
	ctx context.Context, scope admin.Scope, importID uuid.UUID, name string,
) (SavedMapping, error) {
	i, t, err := s.mapped(ctx, scope, importID, write)
	if err != nil {
		return SavedMapping{}, err
	}
	store, err := s.mappings()
	if err != nil {
		return SavedMapping{}, err
	}
	now := s.runtime.Instant()
	m := SavedMapping{
		ID: s.runtime.NewID(), Type: i.Type, Name: name, CreatedAt: now, CreatedBy: scope.Actor(), UpdatedAt: now,
		Version: 1,
	}
	m.take(i)
	var p admin.Problems
	m.check(&p)
	if err := p.Err(); err != nil {
		return SavedMapping{}, err
	}
	changes := append([]admin.Change{{Field: "name", To: name, Personal: true}}, m.changes(t.Schema)...)
	err = store.Create(ctx, scope.Org(), m, s.saved, s.mappingRecord(scope, ActionSaveMapping, m.ID, changes...))
	if err != nil {
		return SavedMapping{}, namedError(m, err)
	}
	return m, nil
}

// namedError names the mapping that could not be kept under its name.
func namedError(m SavedMapping, err error) error {
	if errors.Is(err, admin.ErrExists) {
		return fmt.Errorf("a saved mapping %q of %s: %w", admin.Clip(m.Name), m.Type, err)
	}
	return err
}

// ReplaceMapping replaces what a saved mapping has by the mapping and the settings of an import of its type. Its name
// stays. It requires the type's Write permission. It fails with [admin.ErrConflict] unless version is the mapping's,
// with [admin.ErrInvalid] if the import is of another type, and as SaveMapping does.
func (s *Service) ReplaceMapping(
	ctx context.Context, scope admin.Scope, id uuid.UUID, version int64, importID uuid.UUID,
) (SavedMapping, error) {
	m, t, err := s.openAt(ctx, scope, id, version)
	if err != nil {
		return SavedMapping{}, err
	}
	i, _, err := s.mapped(ctx, scope, importID, write)
	if err != nil {
		return SavedMapping{}, err
	}
	if err := m.of(i); err != nil {
		return SavedMapping{}, err
	}
	m.take(i)
	return s.updateMapping(ctx, scope, m, ActionReplaceMapping, m.changes(t.Schema)...)
}

// of fails unless the mapping is for imports of the type of i.
func (m SavedMapping) of(i Import) error {
	if m.Type != i.Type {
		return fmt.Errorf("the saved mapping is for imports of %s, and the import is of %s: %w", m.Type, i.Type,
			admin.ErrInvalid)
	}
	return nil
}

// RenameMapping gives a saved mapping another name. It requires the type's Write permission. It fails with
// [admin.ErrConflict] unless version is the mapping's, with [admin.ErrExists] if another one of the type has the name,
// and with an [*admin.ValidationError] for a name that none can have.
func (s *Service) RenameMapping(
	ctx context.Context, scope admin.Scope, id uuid.UUID, version int64, name string,
) (SavedMapping, error) {
	m, _, err := s.openAt(ctx, scope, id, version)
	if err != nil {
		return SavedMapping{}, err
	}
	change := admin.Change{Field: "name", From: m.Name, To: name, Personal: true}
	m.Name = name
	return s.updateMapping(ctx, scope, m, ActionRenameMapping, change)
}

func (s *Service) updateMapping(
	ctx context.Context, scope admin.Scope, m SavedMapping, action admin.Action, changes ...admin.Change,
) (SavedMapping, error) {
	var p admin.Problems
	m.check(&p)
	if err := p.Err(); err != nil {
		return SavedMapping{}, err
	}
	m.UpdatedAt = s.runtime.Instant()
	rec := s.mappingRecord(scope, action, m.ID, changes...)
	if err := s.ports.Mappings.Update(ctx, scope.Org(), m, rec); err != nil {
		return SavedMapping{}, namedError(m, err)
	}
	m.Version++
	return m, nil
}

// DeleteMapping removes a saved mapping. Imports that it was used for keep theirs. It requires the type's Write
// permission. It fails with [admin.ErrConflict] unless version is the mapping's.
func (s *Service) DeleteMapping(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64) error {
	m, _, err := s.openAt(ctx, scope, id, version)
	if err != nil {
		return err
	}
	return s.ports.Mappings.Delete(ctx, scope.Org(), id, version, s.mappingRecord(scope, ActionDeleteMapping, m.ID))
}

// EraseMapping removes a saved mapping that has a person's data, which [Service.Mentions] finds, and takes its names
// out of the audit trail, which still verifies. It requires the type's Write permission. It fails with
// [admin.ErrNotFound], and with [admin.ErrState] without Ports.Audit.
func (s *Service) EraseMapping(ctx context.Context, scope admin.Scope, id uuid.UUID) error {
	m, _, err := s.openMapping(ctx, scope, id, write)
	if err != nil {
		return err
	}
	if s.ports.Audit == nil {
		return fmt.Errorf("EraseMapping needs Ports.Audit: %w", admin.ErrState)
	}
	rec := s.mappingRecord(scope, ActionEraseMapping, m.ID)
	return s.atomically(ctx, func(p Ports) error {
		if err := p.Mappings.Delete(ctx, scope.Org(), id, m.Version, rec); err != nil {
			return err
		}
		_, err := p.Audit.Erase(ctx, scope.Org(), admin.TrailErasure{Subjects: []admin.Subject{rec.Subject}}, rec)
		return err
	})
}

func (s *Service) mappingRecord(
	scope admin.Scope, action admin.Action, id uuid.UUID, changes ...admin.Change,
) admin.Record {
	return s.runtime.Record(scope, action, admin.Subject{Kind: MappingSubjectKind, ID: id.String()}, changes...)
}

// SavedMapping returns a saved mapping, or [admin.ErrNotFound]. It requires its type's Read permission.
func (s *Service) SavedMapping(ctx context.Context, scope admin.Scope, id uuid.UUID) (SavedMapping, error) {
	m, _, err := s.openMapping(ctx, scope, id, read)
	return m, err
}

// SavedMappings pages through the saved mappings of a type in order of their names. It requires the type's Read
// permission.
func (s *Service) SavedMappings(
	ctx context.Context, scope admin.Scope, t TypeName, q admin.Query,
) (admin.Page[SavedMapping], error) {
	if _, err := s.require(scope, t, read); err != nil {
		return admin.Page[SavedMapping]{}, err
	}
	store, err := s.mappings()
	if err != nil {
		return admin.Page[SavedMapping]{}, err
	}
	return admin.Paginate(scope.Org(), fmt.Sprintf("import mappings %q", t), q,
		func(seek admin.Seek[string]) ([]SavedMapping, error) { return store.List(ctx, scope.Org(), t, seek) },
		SavedMapping.NameKey)
}

// AllSavedMappings returns every saved mapping of a type in order of their names.
func (s *Service) AllSavedMappings(ctx context.Context, scope admin.Scope, t TypeName) iter.Seq2[SavedMapping, error] {
	return admin.All(func(q admin.Query) (admin.Page[SavedMapping], error) { return s.SavedMappings(ctx, scope, t, q) })
}
