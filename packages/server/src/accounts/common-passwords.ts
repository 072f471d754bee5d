/**
 * The 849 words that people use most often in passwords, gathered by hand. Each stands for its variants: any case, digits and
 * signs for the letters they look like, up to four of them before it and five after. It is not the list of the 3000 most
 * used passwords that ASVS 5.0 6.2.4 requires; if you have such a list, check it in your own directory.
 */
const words = `
  password passwd passwort passport pass passphrase passcode motdepasse contrasena senha parola wachtwoord haslo salasana
  mypassword yourpassword newpassword oldpassword thepassword nopassword password password1password secret secreto topsecret
  letmein openme opensesame welcome welcomeback bienvenue willkommen bienvenido hello hellohello helloworld goodbye hola
  bonjour admin administrator administrador root toor superuser sysadmin webmaster manager master guest user username
  default changeme changeit change temp temporary test testing tester testtest testuser demo example sample login logon
  signin access account security secure private public system server service support backup oracle cisco router
  postgres mysql mongodb redis docker ubuntu debian linux windows apple google android samsung motorola nokia huawei
  facebook twitter instagram youtube netflix amazon paypal linkedin myspace yahoo hotmail gmail outlook microsoft adobe
  internet computer laptop desktop notebook keyboard monitor network wireless
  iloveyou iloveu loveyou loveme lovely lover lovelove iloveme ilovegod ilovejesus truelove mylove forever foreverlove
  love babe baby babygirl babyboy honey sweetheart sweetie sweety sugar darling angel angels cutie cutiepie beautiful
  princess princesa prince queen king kingdom sunshine sunflower sunset sunny moonlight moonshine starlight rainbow
  butterfly flower flowers blossom cherry chocolate cookie cookies cupcake candy strawberry blueberry banana orange
  pineapple coffee cheese chicken hamburger pepsi cocacola whiskey vodka budweiser guinness
  dragon dragons dragonball monkey monkeys tiger tigers tigger lion lions panther panthers eagle eagles falcon falcons
  hawk hawks wolf wolves wolverine shark sharks dolphin dolphins bear bears bulldog bulldogs kitten kitty kittycat hellokitty
  puppy doggie doggy horse horses buster bandit bailey maggie molly ginger snoopy scooby scoobydoo garfield mickey
  mickeymouse minnie donald simba bambi pokemon pikachu charizard naruto sasuke goku vegeta onepiece sailormoon doraemon
  superman batman spiderman ironman captain avengers hulk wonderwoman joker deadpool marvel starwars startrek
  skywalker jedi yoda vader darthvader chewbacca voyager enterprise matrix trinity morpheus neo gandalf frodo hobbit
  lordoftherings harrypotter hogwarts hermione dumbledore slytherin gryffindor zelda mario luigi nintendo
  playstation xbox minecraft roblox fortnite warcraft starcraft counterstrike callofduty halo diablo killer assassin ninja
  samurai warrior knight phantom shadow ghost vampire zombie demon devil lucifer satan heaven jesus jesuschrist christ
  godisgood blessed faith hope grace freedom liberty justice peace victory champion legend
  football soccer baseball basketball hockey golf tennis volleyball cricket rugby swimming skating snowboard skateboard
  liverpool chelsea arsenal manchester manutd everton celtic rangers barcelona realmadrid juventus milan inter
  bayern dortmund ajax benfica flamengo corinthians palmeiras yankees redsox cubs mets dodgers giants lakers celtics bulls
  steelers cowboys packers patriots raiders broncos redskins vikings chargers dolphins panthers ronaldo messi neymar beckham
  jordan kobe lebron ferrari porsche mercedes corvette mustang camaro chevy chevrolet cadillac toyota honda yamaha suzuki
  kawasaki harley harleydavidson maverick thunder lightning hurricane tornado
  michael michelle jennifer jessica ashley amanda samantha nicole stephanie elizabeth victoria alexander alexandra
  alexandre alexis anthony andrew angela anna antonio barbara benjamin brandon brian brittany caroline catherine charles
  charlie charlotte chris christian christina christine christopher daniel daniela david diana dominic edward emily emma
  eric fernando francis francisco frank gabriel gabriela george gerald giovanni hannah heather henry isabella jackson jacob
  james jasmine jason jeffrey jeremy joanna john johnny johnson jonathan jose joseph joshua juan julia juliana julian
  justin karen katherine kevin kimberly kristina laura lauren leonardo linda lindsey louise lucas madison marcus margaret
  maria mariana marina marie martin martina mary matthew maxwell melissa mercedes miguel mohammed monica natalia natalie
  nathan nicholas nicolas oliver olivia pamela patricia patrick paul peter philip phoenix rachel raymond rebecca ricardo
  richard robert roberto robin ronald ryan sabrina sandra sarah sebastian sharon sophia stephen steven susan taylor teresa
  theodore theresa thomas tiffany tiffani timothy valentina vanessa veronica vincent viktoria virginia wendy william
  williams winston xavier yolanda zachary
  spring summer autumn winter january february march april may june july august september october november december monday
  tuesday wednesday thursday friday saturday sunday holiday christmas halloween easter birthday
  america american usa canada mexico brasil brazil argentina colombia england london britain scotland ireland france paris
  germany berlin deutschland espana madrid italia italy roma portugal lisboa russia moscow poland polska turkey istanbul
  india mumbai pakistan china beijing shanghai japan tokyo korea seoul vietnam indonesia philippines thailand australia
  sydney newyork chicago boston dallas houston atlanta miami orlando florida texas california vegas lasvegas phoenix denver
  trustno one trustnoone whatever nothing something anything everything nobody somebody anybody iwantyou fuckyou fuckoff
  fuckme fucker asshole bitch bullshit shithead bastard biteme pussy hardcore playboy hottie sexy sexygirl sexybeast
  blowjob bigdick bigboy bigdaddy daddy daddysgirl mommy mother father brother sister family friend friends friendship
  bestfriend children grandma grandpa girlfriend boyfriend husband wife married single lonely happy happiness smile
  smiley crazy loser winner number lucky luckyday money dollar dollars million millionaire billion rich gangster gangsta
  hacker hackers hacked cracker metallica nirvana slipknot linkinpark greenday blink beatles rollingstones
  eminem tupac biggie rihanna beyonce shakira madonna justinbieber onedirection britney spears elvis presley guitar music
  musica piano drummer dancer dancing singer movie movies camera picture diamond crystal silver golden purple yellow orange
  black white green blue blackberry midnight darkness silence secretgarden garden nature forest mountain ocean beach island
  river water fire stone stonecold silverado cowboy cowgirl soldier marine marines navy airforce army military police
  student teacher doctor lawyer engineer school college university library
  asdf asdfasdf qweasd qweasdzxc zaqwsx zaqxsw xsw qwe asd zxc abc abcd abcdef aabbcc asdqwe azerty qwertz
  woaini woaini1314 woaimama mima aini nihao zhongguo iloveyou1314 caonima
`

/** Rows of keyboards, the alphabet and other finger walks; passwords go along them in either direction. */
const keyboardWalks = [
  '012345678901234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  '!@#$%^&*()_+',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  '!qaz@wsx#edc$rfv%tgb^yhn',
  'zaq12wsxcde34rfvbgt56yhn',
  'qazwsxedcrfvtgbyhnujmikolp',
  'q1w2e3r4t5y6u7i8o9p0',
  '1q2w3e4r5t6y7u8i9o0p',
  'a1b2c3d4e5f6g7h8i9j0',
  '1a2b3c4d5e6f7g8h9i0j',
  '147258369',
  '741852963',
  '159357',
  '159753',
  '5201314',
].flatMap((walk) => [walk, [...walk].reverse().join('')])

const commonWords = new Set(words.trim().split(/\s+/).map(fold))

/** How many words the list holds. */
export const commonWordCount = commonWords.size

/** Whether a password is one of the best-known ones, a finger walk, a repetition, or little more than the user name. */
export function isCommonPassword(password: string, usernameKey: string): boolean {
  const text = password.normalize('NFKC').toLowerCase().trim()
  const withoutHead = text.replace(/^[\p{N}\p{P}\p{S}]{1,4}/u, '')
  const forms = [text, withoutTail(text), withoutHead, withoutTail(withoutHead)].filter((form) => form.length >= 3)
  const own = fold(usernameKey)
  if (text === usernameKey || forms.some((form) => fold(form) === own)) return true
  return forms.some((form) => isGuessable(form) || isTwoGuessableParts(form))
}

function withoutTail(text: string): string {
  return text.replace(/[\p{N}\p{P}\p{S}]{1,5}$/u, '')
}

function isTwoGuessableParts(text: string): boolean {
  // Limits the work for long input: no two common words are longer.
  if (text.length > 48) return false
  for (let at = 3; at <= text.length - 3; at++) {
    if (isGuessable(text.slice(0, at)) && isGuessable(text.slice(at))) return true
  }
  return false
}

function isGuessable(text: string): boolean {
  return commonWords.has(fold(text)) || keyboardWalks.some((walk) => walk.includes(text)) || isRepetition(text)
}

/** The same one to four characters over and over. */
function isRepetition(text: string): boolean {
  const characters = [...text]
  const repeats = (period: number) => characters.every((it, at) => at < period || it === characters[at - period])
  return characters.length > 2 && [1, 2, 3, 4].some((period) => characters.length >= 2 * period && repeats(period))
}

/** Brings together what looks alike; `i`, `l`, `1` and `!` are one. */
function fold(text: string): string {
  const digits: Readonly<Record<string, string>> = { 0: 'o', 1: 'l', 3: 'e', 4: 'a', 5: 's', 7: 't', 8: 'b', 9: 'g' }
  const signs: Readonly<Record<string, string>> = { '@': 'a', $: 's', '!': 'l', '|': 'l', i: 'l' }
  return text.toLowerCase().replace(/[01345789@$!|i]/g, (character) => digits[character] ?? signs[character]!)
}
