package people

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

func TestArgon2idWaitsForItsTurn(t *testing.T) {
	a, err := NewArgon2id(Argon2idOptions{Memory: 8, Time: 1, Concurrent: 1, Wait: time.Nanosecond})
	require.NoError(t, err)
	a.slots <- struct{}{} // another call hashes
	_, err = a.Hash(t.Context(), admin.NewSecret("password"))
	require.ErrorIs(t, err, admin.ErrBusy)
	_, err = a.Verify(t.Context(), PasswordHash{}, admin.NewSecret("password"))
	require.ErrorIs(t, err, admin.ErrBusy)

	a.wait = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = a.Hash(ctx, admin.NewSecret("password"))
	require.ErrorIs(t, err, context.Canceled)

	go func() { <-a.slots }() // and is done
	_, err = a.Hash(t.Context(), admin.NewSecret("password"))
	require.NoError(t, err)
	require.Empty(t, a.slots, "the turn is given back")
}
