package admin

import (
	"encoding/json"
	"slices"
	"strings"
)

// Permission names one thing that a [Scope] may do, as "<area>.<verb>" with the verb read, write or, for what
// only takes away, revoke. The package whose methods require a permission declares it. A host can add its own,
// of the same form and of another area.
type Permission string

// Permissions of this package.
const (
	PermissionAuditRead Permission = "audit.read" // read the audit trail
	// No role has it unless the host gives it: the trail is not written by hand.
	PermissionAuditWrite Permission = "audit.write" // have the host append records of its own in one's name
)

// PermissionSet is an immutable set of permissions. The zero value is empty.
type PermissionSet struct {
	sorted []Permission
}

// Permissions returns a set of ps; duplicates count once.
func Permissions(ps ...Permission) PermissionSet {
	if len(ps) == 0 {
		return PermissionSet{} // so that all empty sets are alike, to reflect.DeepEqual too
	}
	s := slices.Clone(ps)
	slices.Sort(s)
	return PermissionSet{sorted: slices.Compact(s)}
}

// Has reports whether p is in the set.
func (s PermissionSet) Has(p Permission) bool {
	_, ok := slices.BinarySearch(s.sorted, p)
	return ok
}

// Missing returns, in order, what of other this set lacks; it is empty if this set covers other.
func (s PermissionSet) Missing(other PermissionSet) []Permission {
	var lacks []Permission
	for _, p := range other.sorted {
		if !s.Has(p) {
			lacks = append(lacks, p)
		}
	}
	return lacks
}

// With returns the set with more permissions in it.
func (s PermissionSet) With(ps ...Permission) PermissionSet {
	return Permissions(append(slices.Clone(s.sorted), ps...)...)
}

// Intersect returns the permissions that are in both sets.
func (s PermissionSet) Intersect(other PermissionSet) PermissionSet {
	if len(s.Missing(other)) == 0 {
		return other
	}
	var both []Permission
	for _, p := range s.sorted {
		if other.Has(p) {
			both = append(both, p)
		}
	}
	return PermissionSet{sorted: both} // in order and without duplicates, as s is
}

// Len returns the number of permissions.
func (s PermissionSet) Len() int { return len(s.sorted) }

// List returns the permissions in order; the caller may change the slice.
func (s PermissionSet) List() []Permission { return slices.Clone(s.sorted) }

// String joins the permissions with spaces; [ParsePermissions] is its inverse, for permissions of the
// form "<area>.<verb>", without spaces.
func (s PermissionSet) String() string { return joinPermissions(s.sorted) }

// MarshalJSON writes the permissions as an array, in order.
func (s PermissionSet) MarshalJSON() ([]byte, error) {
	if s.sorted == nil {
		return []byte("[]"), nil
	}
	return json.Marshal(s.sorted)
}

// UnmarshalJSON reads an array of permissions. It does not check that they are known.
func (s *PermissionSet) UnmarshalJSON(b []byte) error {
	var ps []Permission
	if err := json.Unmarshal(b, &ps); err != nil {
		return err
	}
	*s = Permissions(ps...)
	return nil
}

// ParsePermissions reads what [PermissionSet.String] wrote. It does not check that the permissions are
// known.
func ParsePermissions(text string) PermissionSet {
	if text == "" {
		return PermissionSet{}
	}
	ps := make([]Permission, 0, 1+strings.Count(text, " "))
	ordered := true
	for f := range strings.FieldsSeq(text) {
		p := Permission(f)
		ordered = ordered && (len(ps) == 0 || ps[len(ps)-1] < p)
		ps = append(ps, p)
	}
	if ordered && len(ps) > 0 { // as String wrote them, and as they are read with every request of a token
		return PermissionSet{sorted: ps}
	}
	return Permissions(ps...)
}

func joinPermissions(ps []Permission) string {
	var b strings.Builder
	for i, p := range ps {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(p))
	}
	return b.String()
}
