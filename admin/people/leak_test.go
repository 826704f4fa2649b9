package people_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

func TestPeopleDoNotLeakWhatTheyHandle(t *testing.T) {
	h := newHouse(t)
	i, secret, err := h.Invite(t.Context(), h.ann.Scope, "carl@acme.example", people.Analyst)
	require.NoError(t, err)
	_, wrong := h.Accept(t.Context(), acme, admin.NewSecret(secret.Reveal()+"x"), carl)
	digest := secret.Digest()
	all := fmt.Sprintf("%+v %#v %+v %+v %v", h.ann, h.ann, i, h.records(), errors.Join(wrong))
	for _, s := range []string{secret.Reveal(), fmt.Sprintf("%x", digest[:]), annsPassword.Reveal(), "$argon2id$"} {
		require.NotContains(t, all, s)
	}
}
