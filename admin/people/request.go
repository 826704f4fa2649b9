package people

import "github.com/admincenter/admincenter/admin"

// From returns the service for one request, of which the host knows where it came from. What its methods without a
// Scope record and emit has that, and so do the scopes that they return:
//
//	session, err := center.People.From(request).ResumeSession(ctx, org, secret)
//
// A Source in an input is used where the request has none. Methods with a Scope go by the scope's own request
// ([admin.Scope.WithRequest]). It costs one small copy.
func (s *Service) From(r admin.Request) *Service { return s.with(r.Clean()) }

func (s *Service) with(r admin.Request) *Service {
	if r == s.request {
		return s
	}
	from := *s
	from.request = r
	return &from
}

// at returns the service for a request from the source of an input.
func (s *Service) at(source string) *Service {
	return s.with(s.request.Or(admin.Request{Source: source}.Clean()))
}

// by returns the service for the request of a scope.
func (s *Service) by(scope admin.Scope) *Service { return s.with(scope.Request().Or(s.request)) }
