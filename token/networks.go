package token

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// MaxNetworks is the greatest number of networks that a token can be confined to.
const MaxNetworks = 50

// Networks is an immutable set of networks, in CIDR notation, that a token is confined to. The zero value
// is empty and confines to none: a token without networks may be used from anywhere.
type Networks struct {
	sorted []netip.Prefix
}

// NetworksOf returns a set of ps; duplicates count once. A network of IPv4-mapped IPv6 addresses is the
// IPv4 network.
func NetworksOf(ps ...netip.Prefix) Networks {
	if len(ps) == 0 {
		return Networks{} // so that all empty sets are alike, to reflect.DeepEqual too
	}
	sorted := make([]netip.Prefix, len(ps))
	for i, p := range ps {
		sorted[i] = unmapped(p)
	}
	slices.SortFunc(sorted, comparePrefixes)
	return Networks{sorted: slices.Compact(sorted)}
}

func comparePrefixes(a, b netip.Prefix) int {
	if c := a.Addr().Compare(b.Addr()); c != 0 {
		return c
	}
	return a.Bits() - b.Bits()
}

// mappedBits is the length of ::ffff:0:0/96, before the IPv4 address.
const mappedBits = 96

func unmapped(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= mappedBits {
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mappedBits)
	}
	return p
}

// ParseNetworks returns what [Networks.String] wrote. It fails with [admin.ErrInvalid] for a text that
// [GenerateInput] could not have.
func ParseNetworks(text string) (Networks, error) {
	var ps []netip.Prefix
	for f := range strings.FieldsSeq(text) {
		p, err := netip.ParsePrefix(f)
		if err != nil {
			return Networks{}, fmt.Errorf("%q is not a network: write it as 10.0.0.0/8 or 2001:db8::/32: %w",
				admin.Clip(f), admin.ErrInvalid)
		}
		ps = append(ps, p)
	}
	var problems admin.Problems
	checkNetworks(&problems, ps)
	return NetworksOf(ps...), problems.Err()
}

// Len returns the number of networks.
func (n Networks) Len() int { return len(n.sorted) }

// IsZero reports whether the set is empty.
func (n Networks) IsZero() bool { return len(n.sorted) == 0 }

// List returns the networks in order; the caller may change the slice.
func (n Networks) List() []netip.Prefix { return slices.Clone(n.sorted) }

// String joins the networks with spaces; [ParseNetworks] is its inverse.
func (n Networks) String() string {
	var b strings.Builder
	for i, p := range n.sorted {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p.String())
	}
	return b.String()
}

// Allow reports whether a request from peer is allowed. An empty set allows every peer. Otherwise peer must
// be in one of the networks: the zero Addr, which stands for an unknown peer, and an address with a zone
// are in none. An IPv4-mapped IPv6 address counts as its IPv4 address.
func (n Networks) Allow(peer netip.Addr) bool {
	if n.IsZero() {
		return true
	}
	if !peer.IsValid() || peer.Zone() != "" {
		return false
	}
	peer = peer.Unmap()
	return slices.ContainsFunc(n.sorted, func(p netip.Prefix) bool { return p.Contains(peer) })
}

// Within reports whether other allows every peer that n does: whether each network of n lies within one
// of other.
func (n Networks) Within(other Networks) bool {
	if other.IsZero() {
		return true
	}
	return !n.IsZero() && !slices.ContainsFunc(n.sorted, func(p netip.Prefix) bool {
		return !slices.ContainsFunc(other.sorted, func(o netip.Prefix) bool {
			return o.Bits() <= p.Bits() && o.Contains(p.Addr())
		})
	})
}

// MarshalJSON writes the networks as an array, in order.
func (n Networks) MarshalJSON() ([]byte, error) {
	if n.sorted == nil {
		return []byte("[]"), nil
	}
	return json.Marshal(n.sorted)
}

// UnmarshalJSON reads an array of networks.
func (n *Networks) UnmarshalJSON(b []byte) error {
	var ps []netip.Prefix
	if err := json.Unmarshal(b, &ps); err != nil {
		return err
	}
	var p admin.Problems
	checkNetworks(&p, ps)
	*n = NetworksOf(ps...)
	return p.Err()
}

// checkNetworks adds to p the problems of the networks of an input.
func checkNetworks(p *admin.Problems, networks []netip.Prefix) {
	if n := len(networks); n > MaxNetworks {
		p.Add("/networks", admin.CodeTooLong, "has %d networks: give at most %d", n, MaxNetworks).With("max", MaxNetworks)
		return
	}
	for i, n := range networks {
		path := fmt.Sprintf("/networks/%d", i)
		switch {
		case !n.IsValid():
			p.Add(path, admin.CodeFormat, "is not a network: write it as 10.0.0.0/8 or 2001:db8::/32")
		case n.Addr().Is4In6() && n.Bits() < mappedBits:
			p.Add(path, admin.CodeFormat, "%s has IPv4-mapped addresses and others: write the IPv4 network by itself", n)
		case n != n.Masked():
			p.Add(path, admin.CodeFormat, "%s has bits after its prefix: use %s", n, n.Masked())
		}
	}
}
