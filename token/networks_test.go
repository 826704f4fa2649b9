package token_test

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/token"
)

func networks(texts ...string) (out []netip.Prefix) {
	for _, text := range texts {
		out = append(out, netip.MustParsePrefix(text))
	}
	return out
}

func TestATokenIsRefusedFromElsewhere(t *testing.T) {
	h := newHouse(t)
	generate := func(ps ...netip.Prefix) token.Generated {
		made, err := h.Generate(t.Context(), admin.System(acme), token.GenerateInput{
			Name: "x", Permissions: []admin.Permission{settings.PermissionRead}, Networks: ps,
		})
		require.NoError(t, err)
		return made
	}
	confined := generate(networks("10.0.0.0/8", "2001:db8::/32", "::ffff:192.0.2.0/120", "fe80::/10")...)
	free := generate()
	require.Equal(t, "10.0.0.0/8 192.0.2.0/24 2001:db8::/32 fe80::/10", confined.Token.Networks.String())
	for _, tc := range []struct {
		reason string
		peer   string
		ok     bool
	}{
		{"within", "10.255.255.255", true},
		{"the same, mapped to IPv6", "::ffff:10.0.0.1", true},
		{"within a network that was given as mapped", "192.0.2.7", true},
		{"within, in IPv6", "2001:db8::1", true},
		{"just outside", "11.0.0.0", false},
		{"just outside, mapped", "::ffff:11.0.0.0", false},
		{"an IPv6 address that only ends alike", "::10.0.0.1", false},
		{"outside, in IPv6", "2001:db9::", false},
		{"link-local", "fe80::1", true},
		{"with a zone", "fe80::1%eth0", false},
		{"no address", "", false},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			peer, _ := netip.ParseAddr(tc.peer)
			_, err := h.VerifyFrom(t.Context(), free.Secret, peer)
			require.NoError(t, err)
			v, err := h.VerifyFrom(t.Context(), confined.Secret, peer)
			if tc.ok {
				require.NoError(t, err)
				require.True(t, v.Scope.Can(settings.PermissionRead))
				return
			}
			require.Equal(t, token.ReasonNetwork, refused(t, err).Reason())
			require.Equal(t, token.Verified{}, v)
		})
	}
	_, err := h.verify(confined)
	require.Equal(t, token.ReasonNetwork, refused(t, err).Reason(), "a host that does not give the peer")
	records := h.trail(admin.Subject{Kind: "token", ID: confined.Token.ID.String()})
	require.Contains(t, records[0].Changes, admin.Change{Field: "networks", To: confined.Token.Networks.String()})
}

func TestNetworksAreChecked(t *testing.T) {
	h := newHouse(t)
	many := make([]netip.Prefix, token.MaxNetworks+1)
	for i := range many {
		many[i] = netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}), 32)
	}
	for _, tc := range []struct {
		reason   string
		networks []netip.Prefix
		path     string
	}{
		{"too many", many, "/networks"},
		{"none", []netip.Prefix{{}}, "/networks/0"},
		{"too long", []netip.Prefix{netip.PrefixFrom(netip.MustParseAddr("10.0.0.0"), 33)}, "/networks/0"},
		{"bits after the prefix", networks("10.0.0.0/8", "10.0.0.1/8"), "/networks/1"},
		{"mapped and other addresses", networks("::ffff:0:0/95"), "/networks/0"},
		{"as many as there can be", many[1:], ""},
		{"everywhere, in both", networks("0.0.0.0/0", "::/0"), ""},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			made, err := h.Generate(t.Context(), admin.System(acme), token.GenerateInput{
				Name: "x", Permissions: []admin.Permission{settings.PermissionRead}, Networks: tc.networks,
			})
			if tc.path == "" {
				require.NoError(t, err)
				require.Equal(t, len(tc.networks), made.Token.Networks.Len())
				return
			}
			var invalid *admin.ValidationError
			require.ErrorAs(t, err, &invalid)
			require.Len(t, invalid.Fields, 1)
			require.Equal(t, tc.path, invalid.Fields[0].Path)
		})
	}
}

func TestATokenConfinesThoseThatItCreates(t *testing.T) {
	h := newHouse(t)
	ann := h.user("ann", token.PermissionWrite)
	generate := func(scope admin.Scope, texts ...string) (token.Generated, error) {
		return h.Generate(t.Context(), scope, token.GenerateInput{
			Name: "x", Permissions: []admin.Permission{token.PermissionWrite}, Networks: networks(texts...),
		})
	}
	made, err := generate(ann, "10.0.0.0/8", "192.0.2.0/24")
	require.NoError(t, err)
	v, err := h.VerifyFrom(t.Context(), made.Secret, netip.MustParseAddr("10.0.0.1"))
	require.NoError(t, err)
	for _, tc := range []struct {
		reason string
		given  []string
		want   string // empty for refused
	}{
		{"none", nil, "10.0.0.0/8 192.0.2.0/24"},
		{"the same", []string{"192.0.2.0/24", "10.0.0.0/8"}, "10.0.0.0/8 192.0.2.0/24"},
		{"one within", []string{"10.1.0.0/16"}, "10.1.0.0/16"},
		{"one wider", []string{"10.0.0.0/7"}, ""},
		{"one within and one outside", []string{"10.1.0.0/16", "11.0.0.0/8"}, ""},
		{"everywhere", []string{"0.0.0.0/0"}, ""},
		{"of the other family", []string{"2001:db8::/32"}, ""},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			child, err := generate(v.Scope, tc.given...)
			if tc.want == "" {
				require.ErrorIs(t, err, admin.ErrInvalid)
				require.ErrorContains(t, err, "/networks")
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, child.Token.Networks.String())
		})
	}
}

func TestNetworksJSON(t *testing.T) {
	n := token.NetworksOf(networks("2001:db8::/32", "10.0.0.0/8", "10.0.0.0/8")...)
	b, err := json.Marshal(n)
	require.NoError(t, err)
	require.Equal(t, `["10.0.0.0/8","2001:db8::/32"]`, string(b))
	var back token.Networks
	require.NoError(t, json.Unmarshal(b, &back))
	require.Equal(t, n, back)
	require.Equal(t, networks("10.0.0.0/8", "2001:db8::/32"), back.List())
	require.Error(t, json.Unmarshal([]byte(`["10.0.0.0"]`), &back))
	b, err = json.Marshal(token.Networks{})
	require.NoError(t, err)
	require.Equal(t, `[]`, string(b))
	require.True(t, token.NetworksOf().IsZero())
	require.False(t, token.Networks{}.Within(n), "everywhere is not within a network")
	require.True(t, n.Within(token.Networks{}))
}

func FuzzParseNetworks(f *testing.F) {
	for _, seed := range []string{"", "10.0.0.0/8", "10.0.0.0/8 2001:db8::/32", "::ffff:10.0.0.0/104", "fe80::1%eth0/64", "0/0", "::ffff:0.0.0.0/0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := token.ParseNetworks(text)
		if err != nil {
			require.ErrorIs(t, err, admin.ErrInvalid)
			return
		}
		again, err := token.ParseNetworks(n.String())
		require.NoError(t, err)
		require.Equal(t, n, again)
		require.True(t, n.Within(n))
		require.Equal(t, n.IsZero(), strings.TrimSpace(n.String()) == "")
		for _, p := range n.List() {
			require.True(t, n.Allow(p.Addr()))
		}
	})
}
