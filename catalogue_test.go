package admincenter_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// source is the module's code, tests and nested modules aside, by the directory of the package.
type source map[string]*pkg

type pkg struct {
	dir    string
	files  []*ast.File
	consts map[string]constant // every string constant, by its name
	order  []string            // of consts, as they are written
}

// constant is a string constant.
type constant struct{ typ, value, comment string }

// readSource parses the module.
func readSource(t *testing.T) source {
	t.Helper()
	src := source{}
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != ".":
			_, nested := os.Stat(filepath.Join(path, "go.mod"))
			if nested == nil || strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" {
				return filepath.SkipDir
			}
			return nil
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		src.add(filepath.ToSlash(filepath.Dir(path)), f)
		return nil
	}))
	require.Contains(t, src, "admin")
	return src
}

func (s source) add(dir string, f *ast.File) {
	p := s[dir]
	if p == nil {
		p = &pkg{dir: dir, consts: map[string]constant{}}
		s[dir] = p
	}
	p.files = append(p.files, f)
	ast.Inspect(f, func(n ast.Node) bool {
		decl, ok := n.(*ast.GenDecl)
		if !ok || decl.Tok != token.CONST {
			return true
		}
		for _, spec := range decl.Specs {
			p.addConst(decl, spec.(*ast.ValueSpec))
		}
		return true
	})
}

func (p *pkg) addConst(decl *ast.GenDecl, v *ast.ValueSpec) {
	if len(v.Names) != 1 || len(v.Values) != 1 {
		return
	}
	value, ok := literal(v.Values[0])
	if !ok {
		return
	}
	doc := v.Comment.Text()
	if doc == "" {
		doc = v.Doc.Text()
	}
	if doc == "" && !decl.Lparen.IsValid() {
		doc = decl.Doc.Text()
	}
	name := v.Names[0].Name
	p.consts[name] = constant{typeName(v.Type), value, strings.Join(strings.Fields(doc), " ")}
	p.order = append(p.order, name)
}

// packages returns the directories in order.
func (s source) packages() []string { return slices.Sorted(maps.Keys(s)) }

// typeName writes a type as the source does, without its package: "Action" for admin.Action.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// literal is the value of a string literal, or of a conversion of one.
func literal(e ast.Expr) (string, bool) {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		text, err := strconv.Unquote(lit.Value)
		return text, err == nil
	}
	return "", false
}

// text is the value of a string literal or of a constant of the module.
func (s source) text(p *pkg, e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		return literal(e)
	case *ast.Ident:
		c, ok := p.consts[e.Name]
		return c.value, ok
	case *ast.SelectorExpr:
		if from, ok := e.X.(*ast.Ident); ok {
			for _, other := range s {
				if filepath.Base(other.dir) == from.Name {
					c, ok := other.consts[e.Sel.Name]
					return c.value, ok
				}
			}
		}
	}
	return "", false
}

// sentinel is an error that a package declares.
type sentinel struct{ pkg, name, code, kind, text string }

// sentinels finds the errors that are declared with admin.NewError or, the kinds themselves, newKind.
// plain are the exported ones that are declared otherwise.
func (s source) sentinels() (found []sentinel, plain []string) {
	for _, dir := range s.packages() {
		for _, f := range s[dir].files {
			for _, d := range f.Decls {
				decl, ok := d.(*ast.GenDecl)
				if !ok || decl.Tok != token.VAR {
					continue
				}
				for _, spec := range decl.Specs {
					v := spec.(*ast.ValueSpec)
					if len(v.Names) != 1 || len(v.Values) != 1 || !strings.HasPrefix(v.Names[0].Name, "Err") {
						continue
					}
					if e, ok := s.sentinel(s[dir], v.Names[0].Name, v.Values[0]); ok {
						found = append(found, e)
					} else {
						plain = append(plain, dir+"."+v.Names[0].Name)
					}
				}
			}
		}
	}
	return found, plain
}

func (s source) sentinel(p *pkg, name string, e ast.Expr) (sentinel, bool) {
	c, ok := e.(*ast.CallExpr)
	if !ok || len(c.Args) != 3 {
		return sentinel{}, false
	}
	out := sentinel{pkg: p.dir, name: name}
	out.code, _ = s.text(p, c.Args[0])
	switch callee(c) {
	case "NewError":
		out.kind = typeName(c.Args[1])
		out.text, ok = s.text(p, c.Args[2])
	case "newKind":
		out.text, ok = s.text(p, c.Args[2])
	default:
		return out, false
	}
	return out, ok && out.code != ""
}

// callee is the name of the function that is called, without its package or receiver.
func callee(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.IndexExpr:
		return typeName(f.X)
	case *ast.IndexListExpr:
		return typeName(f.X)
	}
	return typeName(c.Fun)
}

// nouns finds what errors are made about: the arguments for parameters that are named noun, with the
// kinds of failure (NotFound, Exists, Conflict) that the function makes of it.
func (s source) nouns() map[string]map[string]bool {
	found := map[string]map[string]bool{}
	for _, p := range s {
		takers := p.nounTakers()
		p.calls(func(c *ast.CallExpr) {
			taker, ok := takers[callee(c)]
			if !ok || taker.at >= len(c.Args) {
				return
			}
			noun, ok := s.text(p, c.Args[taker.at])
			if !ok {
				return // passed on by another taker
			}
			for kind := range taker.kinds {
				if found[noun] == nil {
					found[noun] = map[string]bool{}
				}
				found[noun][kind] = true
			}
		})
	}
	return found
}

// taker is a function with a parameter named noun, and what it makes of it.
type taker struct {
	at    int
	kinds map[string]bool
	body  *ast.BlockStmt
}

// nounTakers returns the functions of a package that take a noun, and those of admin.
func (p *pkg) nounTakers() map[string]taker {
	takers := map[string]taker{}
	for _, kind := range []string{"NotFound", "Exists", "Conflict"} {
		takers[kind] = taker{0, map[string]bool{kind: true}, nil}
	}
	for _, f := range p.files {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil || takers[fn.Name.Name].kinds != nil {
				continue
			}
			if at := parameter(fn, "noun"); at >= 0 {
				takers[fn.Name.Name] = taker{at, map[string]bool{}, fn.Body}
			}
		}
	}
	for range takers { // each round passes kinds on by one call; there are no longer chains than takers
		for _, from := range takers {
			if from.body == nil {
				continue
			}
			ast.Inspect(from.body, func(n ast.Node) bool {
				if c, ok := n.(*ast.CallExpr); ok {
					if to, ok := takers[callee(c)]; ok && to.at < len(c.Args) && typeName(c.Args[to.at]) == "noun" {
						maps.Copy(from.kinds, to.kinds)
					}
				}
				return true
			})
		}
	}
	return takers
}

// parameter is the index of a function's parameter by name, or -1.
func parameter(fn *ast.FuncDecl, name string) int {
	at := 0
	for _, field := range fn.Type.Params.List {
		for _, n := range field.Names {
			if n.Name == name {
				return at
			}
			at++
		}
	}
	return -1
}

// calls gives every call in the package to each.
func (p *pkg) calls(each func(*ast.CallExpr)) {
	for _, f := range p.files {
		ast.Inspect(f, func(n ast.Node) bool {
			if c, ok := n.(*ast.CallExpr); ok {
				each(c)
			}
			return true
		})
	}
}

// ofType returns the constants of a type, by package and in the order of the source.
func (s source) ofType(names ...string) (found []named) {
	for _, dir := range s.packages() {
		for _, name := range s[dir].order {
			if c := s[dir].consts[name]; slices.Contains(names, c.typ) {
				found = append(found, named{dir, name, c})
			}
		}
	}
	return found
}

type named struct {
	pkg, name string
	constant
}

// fieldCodes returns the codes of single fields and cells: constants whose name begins with Code, and
// literals given to Problems.Add or AddError.
func (s source) fieldCodes() (found []named) {
	for _, dir := range s.packages() {
		p, seen := s[dir], map[string]bool{}
		for _, name := range p.order {
			if strings.HasPrefix(name, "Code") {
				found = append(found, named{dir, name, p.consts[name]})
				seen[p.consts[name].value] = true
			}
		}
		p.calls(func(c *ast.CallExpr) {
			if name := callee(c); name != "Add" && name != "AddError" || len(c.Args) < 3 {
				return
			}
			if code, ok := literal(c.Args[1]); ok && !seen[code] {
				seen[code] = true
				found = append(found, named{pkg: dir, constant: constant{value: code}})
			}
		})
	}
	return found
}
