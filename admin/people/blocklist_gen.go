//go:build ignore

// Blocklist_gen writes blocklist.txt: passwords that people choose most, from the words, digits and
// walks over the keyboard that they make them of.
//
//	go run blocklist_gen.go
package main

import (
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strings"
)

// Words that are passwords by themselves, most used first.
const words = `
password passw0rd p@ssword p@ssw0rd pa55word passwort motdepasse contrasena senha wachtwoord haslo parola salasana
qwerty qwertz azerty asdfgh zxcvbn admin administrator root user guest test login master letmein welcome changeme
secret default temp access system server manager support service company office business oracle cisco
iloveyou loveyou lovely loveme lover love princess sunshine superman batman spiderman ironman dragon monkey
football baseball basketball soccer hockey tennis golf shadow michael jordan jennifer jessica ashley michelle
charlie daniel thomas robert matthew andrew joshua anthony william nicole amanda melissa samantha elizabeth
hannah maggie pepper ginger cookie chocolate butterfly flower summer winter spring autumn monday friday
january february march april june july august september october november december
computer internet samsung google facebook twitter linkedin youtube instagram microsoft windows apple android
starwars pokemon naruto minecraft fortnite matrix merlin gandalf hunter ranger killer ninja tiger lion eagle
falcon phoenix mustang ferrari porsche mercedes harley yamaha corvette camaro chelsea liverpool arsenal
barcelona realmadrid juventus yankees cowboys lakers steelers packers dolphins raiders
freedom america canada london paris berlin madrid england france germany italia brasil mexico india pakistan
whatever trustno1 blink182 metallica nirvana slipknot greenday eminem rockstar guitar music
cheese banana orange lemon cherry strawberry peanut coffee pizza chicken hello goodbye friends family mother
father brother sister angel heaven jesus christ jesuschrist blessed forever together happy lucky diamond silver
golden purple yellow green black white blue cowboy snoopy garfield scooby tinkerbell mickey
nothing unknown anything something computer1 abcdef abc123 abcd1234 a1b2c3d4 aa123456 q1w2e3r4 1q2w3e4r
money dollar million power energy thunder lightning storm hurricane midnight moonlight starlight rainbow
crystal victoria alexander benjamin christopher jonathan nicholas patrick steven richard charles george
patricia stephanie rebecca danielle vanessa veronica catherine christine natalie isabella gabriel samuel
sebastian fernando eduardo alejandro carolina daniela mariana valentina guadalupe
bailey buster rocky max daisy molly sophie lucy bella oliver oscar simba tigger precious
maverick scorpion dragonfly wolverine spartan warrior knight wizard magic mystery enigma
biteme fuckyou fuckoff asshole bitch sexy pussy hardcore badboy babygirl sweetheart honey sugar cutie
passion security private personal student teacher school college university hospital doctor engineer
database network firewall desktop laptop keyboard monitor printer website webmaster hacker hacked
letmeinnow openup opensesame opensource iloveu imissyou ihateyou fuckthis godisgood iamgod theman thebest
number1 numberone qazwsx 1qaz2wsx zaq12wsx qweasd qweasdzxc asdzxc poiuyt lkjhgf mnbvcx
`

// What people put after a word to satisfy a form.
const endings = `1 2 3 7 11 12 13 22 23 69 77 88 99 00 01 007 101 111 123 321 666 777 1234 4321 12345 123456 1234567 12345678
! !! 1! 12! 123! 1234! @1 @123 @1234 #1 #123 .1 123. 2020 2021 2022 2023 2024 2025 2026 2024! 2025! 2026!`

// Rows and columns that a finger runs along.
const walks = `12345678901234567890 09876543210987654321 qwertyuiopasdfghjklzxcvbnm qwertzuiopasdfghjklyxcvbnm
azertyuiopqsdfghjklmwxcvbn poiuytrewqlkjhgfdsamnbvcxz asdfghjklqwertyuiop asdfghjklzxcvbnm zxcvbnmasdfghjkl
abcdefghijklmnopqrstuvwxyz zyxwvutsrqponmlkjihgfedcba 1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p qazwsxedcrfvtgbyhnujmikolp
1q2w3e4r5t6y7u8i9o0p q1w2e3r4t5y6u7i8o9p0 1a2b3c4d5e6f7g8h9i a1b2c3d4e5f6g7h8i9 zaq12wsxcde34rfvbgt5 zaqxswcdevfrbgtnhy
0p9o8i7u6y5t4r3e2w1q 1234qwerasdfzxcv qwerasdfzxcv1234 qwer1234asdf5678 asdf1234qwer5678 !@#$%^&*()_+ 147258369147258369
123qweasdzxc123qweasdzxc qwe123asd456zxc789 112233445566778899 998877665544332211 010203040506070809 102030405060708090
123123123123123123123 321321321321321321 123321123321123321 121212121212121212 131313131313131313 101010101010101010 696969696969696969`

func main() {
	found := map[string]bool{}
	add := func(s string) {
		if len(s) >= 8 && len(s) <= 32 {
			found[strings.ToLower(s)] = true
		}
	}
	list := strings.Fields(words)
	for i, w := range list {
		add(w)
		add(w + w)
		add(w + w + w)
		for k, e := range strings.Fields(endings) {
			if i < 40 || k < 20 && i < 160 {
				add(w + e)
			}
		}
		if i < 60 {
			add("my" + w)
			add("the" + w)
			add("1" + w)
			add("123" + w)
			add("123456" + w)
		}
	}
	for _, w := range strings.Fields(walks) {
		for n := 8; n <= min(len(w), 20); n++ {
			add(w[:n])
			add(w[len(w)-n:])
		}
		add(w)
	}
	for c := 'a'; c <= 'z'; c++ {
		for _, n := range []int{8, 9, 10, 12, 15, 16} {
			add(strings.Repeat(string(c), n))
		}
	}
	for c := '0'; c <= '9'; c++ {
		for _, n := range []int{8, 9, 10, 12, 15, 16} {
			add(strings.Repeat(string(c), n))
		}
		add(strings.Repeat(string(c), 4) + strings.Repeat(string((c-'0'+1)%10+'0'), 4))
	}
	all := slices.Sorted(maps.Keys(found))
	if err := os.WriteFile("blocklist.txt", []byte(strings.Join(all, "\n")+"\n"), 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(all), "passwords")
}
