"""What the shop sells, as a person would say it: worlds of interest, their categories, and what goes with
what.

A world ("coffee") is what a person is keen on; a category ("coffee machines") is what one browses. An arrow
leads from what is bought first to what one then needs: a phone wants a case, a case wants no phone. The
number at it is the mean count of such lines that one purchase brings along, shared out over single products
by `catalogue`. Brands are invented. Nouns stand from the plainest on, qualifiers likewise: a small catalogue
has short names.
"""

from dataclasses import dataclass

WARES = """
camping: Nordhavn, Corrie, Yunling, Tarnfell, Murmel, Saga Trail
  tents | 620 | 0.35 → sleeping bags ×0.63, camp stoves ×0.35, headlamps ×0.28
    two-person tent, dome tent ×0.8, family tent ×1.8, pop-up tent ×0.6, tunnel tent ×1.5, one-person tent
      ×0.9, bell tent ×2.6
    + lightweight ×1.3, four-season ×1.6, waterproof, blackout ×1.1, compact, storm-proof ×1.4
  sleeping bags | 280 | 0.25
    three-season sleeping bag, summer sleeping bag ×0.6, down sleeping bag ×2.2, mummy sleeping bag ×1.2,
      double sleeping bag ×1.7, fleece liner ×0.3
    + lightweight ×1.3, warm ×1.1, compact ×1.1, wide, long, recycled
  camp stoves | 190 | 0.2
    gas camp stove, multi-fuel stove ×2, folding stove ×0.6, alcohol stove ×0.4, two-burner stove ×1.8,
      wood stove ×1.3
    + titanium ×1.9, windproof ×1.2, pocket ×0.8, piezo-lit ×1.1, steel, quick-boil ×1.4
  headlamps | 110 | 0.2
    headlamp, rechargeable headlamp ×1.4, camp lantern ×1.2, hand torch ×0.7, tent light ×0.5, red-light
      headlamp ×1.2
    + 400-lumen, 800-lumen ×1.5, waterproof ×1.1, lightweight, dimmable, magnetic
phones: Lumio, Xinghe, Parallax, Onda, Tessera, Fonex
  smartphones | 2600 | 0.4 → phone cases ×0.7, earbuds ×0.28, chargers ×0.35
    6.1-inch smartphone, 6.7-inch smartphone ×1.3, folding phone ×2.6, compact smartphone ×0.8, camera
      phone ×1.6, big-battery phone ×0.6
    + 128 GB, 256 GB ×1.15, 512 GB ×1.35, dual-SIM, 5G ×1.05, refurbished ×0.6
  phone cases | 59 | 0.2
    clear phone case, silicone phone case ×1.1, leather phone case ×2.2, wallet case ×1.6, rugged case
      ×1.4, card-holder case ×1.3
    + slim, shockproof ×1.2, magnetic ×1.3, matte, recycled, hand-painted ×1.8
  earbuds | 320 | 0.25
    wireless earbuds, noise-cancelling earbuds ×2, sports earbuds ×1.1, open-ear buds ×1.4, wired
      earphones ×0.3, sleep earbuds ×1.6
    + white, black, low-latency ×1.2, long-life ×1.2, hi-res ×1.6, mini
  chargers | 99 | 0.15
    fast charger, power bank ×1.3, wireless charging pad ×1.2, travel adapter ×0.9, desk charger ×1.8, car
      charger ×0.7
    + 20 W ×0.8, 45 W ×1.2, 65 W ×1.5, slim, foldable ×1.1, three-port ×1.3
coffee: Brioso, Kaldi & Sons, Mokko, Alborada, Stillwater, Hei Dou
  coffee machines | 980 | 0.3 → coffee beans ×0.77, mugs ×0.35, coffee grinders ×0.35
    espresso machine, filter coffee machine ×0.5, capsule machine ×0.6, bean-to-cup machine ×2.6, moka pot
      ×0.2, pour-over set ×0.25, cold-brew tower ×0.7
    + compact, two-cup, stainless ×1.3, dual-boiler ×2.4, retro ×1.2, programmable ×1.3
  coffee beans | 78 | 0.35 | again
    Yunnan coffee beans, Ethiopian coffee beans ×1.3, house espresso blend, Colombian coffee beans ×1.1,
      decaf coffee beans ×1.1, Sumatran coffee beans ×1.1, filter roast
    + light-roast, dark-roast, washed ×1.1, honey-process ×1.3, organic ×1.2, single-farm ×1.6
  coffee grinders | 360 | 0.15
    hand grinder, electric grinder ×1.8, travel grinder ×0.7, espresso grinder ×2.6, blade grinder
      ×0.4, dosing grinder ×2.2
    + steel-burr, ceramic-burr ×0.9, quiet ×1.2, compact, titanium ×1.7, walnut ×1.4
  mugs | 58 | 0.2
    stoneware mug, travel mug ×1.7, pair of espresso cups ×1.5, double-wall glass ×1.2, enamel mug ×0.7,
      cappuccino cup ×0.9
    + matte, speckled, large ×1.1, hand-thrown ×2, stackable, leak-proof ×1.3
tea: Mist Hill, Qingshan, Old Kiln, Jade Ferry, Banfield, Lu Yu House
  tea sets | 260 | 0.3 → loose tea ×0.84, tea snacks ×0.42
    gongfu tea set, porcelain teapot ×0.8, Yixing teapot ×2.2, glass teapot ×0.5, travel tea set ×0.6, tea
      tray ×1.2, gaiwan ×0.4
    + celadon ×1.3, plain white, hand-painted ×1.6, bamboo ×0.8, blue-and-white ×1.2, six-piece ×1.2
  loose tea | 128 | 0.45 | again
    Longjing green tea ×1.6, jasmine tea ×0.7, Tieguanyin oolong ×1.2, aged pu'er ×2, white peony tea
      ×1.3, Keemun black tea, chrysanthemum tea ×0.5
    + spring-picked ×1.4, 100 g ×0.7, 250 g ×1.4, organic ×1.2, gift-tin ×1.3, high-mountain ×1.5
  tea snacks | 46 | 0.25 | again
    pineapple cakes, walnut cookies, candied ginger ×0.8, osmanthus cakes ×1.1, red-bean mooncakes ×1.5,
      roasted sunflower seeds ×0.5, nut gift box ×2.8
    + low-sugar ×1.1, boxed ×1.3, mini ×0.7, hand-made ×1.4, family-pack ×1.6, New Year ×1.5
running: Strida, Veloce, Feiyan, Corran, Tempo Lab, Paceline
  running shoes | 560 | 0.4 → running socks ×0.63, sports watches ×0.28, water bottles ×0.35
    road running shoes, trail running shoes ×1.1, carbon racing shoes ×2.2, daily trainers ×0.8, stability
      shoes ×1.1, wide-fit running shoes
    + cushioned ×1.1, lightweight ×1.2, waterproof ×1.3, breathable, women's, men's
  running socks | 39 | 0.2
    running socks, compression socks ×1.9, merino socks ×1.6, toe socks ×1.2, ankle socks ×0.7, trail
      socks ×1.3
    + three-pack ×2, padded ×1.2, thin, high-visibility ×1.1, blister-free ×1.3, seamless ×1.2
  sports watches | 890 | 0.2
    GPS sports watch, fitness band ×0.3, triathlon watch ×2.4, heart-rate strap ×0.35, trail watch ×1.8,
      hybrid watch ×0.9
    + solar ×1.4, 42 mm, 46 mm ×1.1, music ×1.3, slim, rugged ×1.2
  water bottles | 69 | 0.2
    sports bottle, insulated bottle ×1.7, soft flask ×0.9, handheld bottle ×1.1, hydration belt ×2, filter
      bottle ×2.1
    + 500 ml, 750 ml ×1.2, leak-proof ×1.1, steel ×1.4, squeezable, kids' ×0.8
kitchen: Shirakawa, Tiegong, Larder, Casa Nova, Hearth & Steel, Wok Master
  woks | 210 | 0.25 → cooking utensils ×0.63, seasonings ×0.49
    carbon-steel wok, cast-iron pan ×1.2, non-stick frying pan ×0.8, stir-fry pan ×0.9, stock pot ×1.4,
      steamer pot ×1.2
    + 28 cm ×0.9, 32 cm ×1.1, hammered ×1.5, pre-seasoned ×1.2, induction ×1.1, lidded ×1.2
  kitchen knives | 260 | 0.25 → cutting boards ×0.7, cooking utensils ×0.21
    chef's knife, Chinese cleaver ×0.8, santoku knife ×1.1, paring knife ×0.4, bread knife ×0.7, knife set
      ×2.6
    + Damascus ×2.4, stainless, carbon-steel ×1.3, ceramic ×0.7, hand-forged ×2.8, ergonomic ×1.1
  cutting boards | 88 | 0.15
    bamboo cutting board, end-grain cutting board ×2.4, walnut board ×1.9, plastic board set ×0.7, folding
      board ×0.6, cheese board ×1.1
    + large ×1.2, small ×0.7, juice-groove ×1.1, double-sided ×1.1, non-slip, thick ×1.4
  cooking utensils | 49 | 0.15
    wok spatula, silicone spatula set ×1.5, ladle ×0.8, bamboo tongs ×0.5, spider strainer, whisk ×0.7
    + steel, wooden ×0.9, heat-proof ×1.1, long-handled ×1.1, nylon ×0.7, copper ×1.8
  seasonings | 36 | 0.2 | again
    soy sauce, Sichuan pepper ×0.8, chili crisp, black vinegar ×0.9, oyster sauce, five-spice blend ×0.7,
      sesame oil ×1.3
    + naturally brewed ×1.3, small-batch, extra-hot, aged ×1.7, family-size ×1.6, organic ×1.4
desk: Quill, Meridian, Tacto, Yunfan, Arbeit, Nimbus
  laptops | 5200 | 0.3 → laptop sleeves ×0.56, computer mice ×0.42, keyboards ×0.28
    14-inch laptop, 13-inch ultrabook ×1.3, 16-inch laptop ×1.4, gaming laptop ×1.7, two-in-one laptop
      ×1.1, student laptop ×0.6
    + 16 GB, 32 GB ×1.25, OLED ×1.3, fanless ×1.1, 1 TB ×1.15, refurbished ×0.6
  laptop sleeves | 119 | 0.2
    felt laptop sleeve, leather laptop sleeve ×2.4, laptop backpack ×2, padded sleeve, briefcase ×2.6,
      laptop stand ×1.1
    + 14-inch, 16-inch ×1.1, waterproof ×1.2, slim, recycled, vintage ×1.4
  computer mice | 149 | 0.25
    wireless mouse, vertical mouse ×1.4, gaming mouse ×1.8, trackball ×1.9, travel mouse ×0.7, silent
      mouse ×0.9
    + black, white, rechargeable ×1.2, left-handed ×1.2, lightweight ×1.2, three-device ×1.3
  keyboards | 369 | 0.25
    mechanical keyboard, low-profile keyboard ×1.1, split keyboard ×2, compact 75% keyboard ×1.2, membrane
      keyboard ×0.3, number pad ×0.4
    + wireless ×1.2, quiet ×1.1, hot-swap ×1.2, backlit, aluminium ×1.8, tactile
cameras: Oculo, Hikari, Fotona, Guangying, Lichtwerk, Argent
  mirrorless cameras | 5600 | 0.4 → memory cards ×0.7, camera bags ×0.42, tripods ×0.35
    mirrorless camera, compact camera ×0.5, vlogging camera ×0.8, full-frame camera ×2.2, instant camera
      ×0.12, action camera ×0.35
    + silver, black, 24 MP, 40 MP ×1.4, stabilised ×1.2, weather-sealed ×1.4
  memory cards | 119 | 0.2
    SD card, microSD card ×0.8, CFexpress card ×4, card reader ×0.7, card case ×0.3, portable SSD ×3.6
    + 64 GB ×0.7, 128 GB, 256 GB ×1.7, fast ×1.4, rugged ×1.2, 4K-rated ×1.2
  camera bags | 240 | 0.2
    camera sling, camera backpack ×1.8, lens pouch ×0.4, leather camera case ×1.3, hard case ×2.2, camera
      strap ×0.5
    + waterproof ×1.2, canvas ×1.1, slim, large ×1.3, quick-access ×1.2, waxed ×1.4
  tripods | 330 | 0.2
    travel tripod, carbon tripod ×2.6, tabletop tripod ×0.4, monopod ×0.8, flexible tripod ×0.5, video
      tripod ×2
    + compact, tall ×1.2, ball-head ×1.3, lightweight ×1.2, quick-release ×1.1, aluminium
cycling: Rotavia, Qifeng, Bergauf, Coastline, Spoke & Co, Vento
  bicycles | 2400 | 0.35 → bike helmets ×0.63, bike locks ×0.49, bike lights ×0.42
    city bike, gravel bike ×2, folding bike ×0.9, road bike ×2.2, mountain bike ×1.3, e-bike ×2.4
    + 7-speed ×0.9, 11-speed ×1.3, step-through, belt-drive ×1.4, aluminium, steel ×1.1
  bike helmets | 230 | 0.25
    city bike helmet, road helmet ×1.6, kids' helmet ×0.7, MTB helmet ×1.3, folding helmet ×1.5, visor
      helmet ×1.8
    + light ×1.2, reflective ×1.1, impact-rated ×1.4, ventilated, matte, rear-light ×1.3
  bike locks | 139 | 0.2
    U-lock, folding lock ×1.5, chain lock ×1.2, cable lock ×0.4, smart lock ×2.2, frame lock ×0.9
    + heavy-duty ×1.5, light ×1.1, combination, keyed, coated, compact ×1.1
  bike lights | 95 | 0.2
    bike light set, front light ×1.2, rear light ×0.7, helmet light ×0.8, dynamo light ×2.2, wheel light
      ×0.4
    + USB-C, 600-lumen ×1.5, waterproof ×1.1, daytime ×1.1, auto-on ×1.4, mini ×0.7
skin care: Aloe Vale, Snow Lotus, Derma Nine, Camellia, Petrichor, Lys
  cleansers | 98 | 0.3 | again → moisturisers ×0.7, face masks ×0.49
    foaming cleanser, cleansing oil ×1.3, micellar water ×0.8, cream cleanser ×1.1, clay cleanser ×0.9,
      enzyme powder ×1.5
    + gentle, fragrance-free ×1.1, green-tea, rice-water ×1.1, amino-acid ×1.2, travel-size ×0.5
  moisturisers | 158 | 0.3 | again
    day cream, gel moisturiser ×0.9, night cream ×1.4, hyaluronic serum ×1.2, eye cream ×1.6, barrier
      cream ×1.2
    + light, rich ×1.1, ceramide ×1.3, snail-mucin ×1.2, fragrance-free, retinol ×1.5
  face masks | 79 | 0.2 | again
    sheet masks, clay mask ×1.1, overnight mask ×1.4, peel-off mask ×0.8, eye patches, lip mask ×0.6
    + ten-pack ×1.2, honey, aloe, charcoal, collagen ×1.4, soothing
  sun creams | 118 | 0.2 | again
    SPF 50 sun cream, sun stick ×0.8, sun spray ×0.9, tinted sun cream ×1.3, kids' sun cream, after-sun
      gel ×0.6
    + water-resistant ×1.1, matte ×1.1, mineral ×1.2, light, travel-size ×0.5, no-white-cast ×1.3
cats: Velvet Paw, Miao, Purrfect, Felis, Tabby & Tom, Maoyu
  litter trays | 160 | 0.25 → cat litter ×0.84, cat toys ×0.42
    covered litter tray, open litter tray ×0.5, self-cleaning litter box ×7, top-entry litter box ×1.1,
      corner tray ×0.6, cat tree ×2.2
    + large ×1.2, odour-lock ×1.3, easy-clean, folding, grey, two-door ×1.2
  cat litter | 49 | 0.25 | again
    tofu cat litter, clumping clay litter ×0.8, silica litter ×1.4, pine litter ×0.9, mixed litter, corn
      litter ×1.2
    + unscented, green-tea, 6 kg, four-pack ×3.4, dust-free ×1.2, activated-carbon ×1.2
  cat food | 88 | 0.3 | again → cat toys ×0.42, cat litter ×0.42
    dry cat food, wet food pouches ×0.8, kitten food ×1.1, freeze-dried treats ×0.9, tuna cans ×0.7,
      senior cat food ×1.1
    + salmon, chicken, grain-free ×1.4, sensitive ×1.3, 2 kg ×1.3, variety-pack ×1.2
  cat toys | 35 | 0.2
    feather wand, laser toy ×1.3, catnip mice ×0.7, cat tunnel ×1.8, puzzle feeder ×1.9, scratching board
      ×1.1
    + refillable, electric ×2, natural, three-piece ×1.4, quiet, mini ×0.7
baby: Little Oak, Tiantian, Piccolino, Cloudling, Hush, Minnow
  prams | 1480 | 0.25 → pram blankets ×0.63, nappies ×0.35
    city pram, travel pram ×0.9, twin pram ×1.7, jogging pram ×1.4, baby carrier ×0.35, car seat ×0.9
    + lightweight ×1.1, one-hand-fold ×1.2, all-terrain ×1.4, newborn, reversible ×1.2, compact
  pram blankets | 119 | 0.15
    knitted pram blanket, rain cover ×0.7, footmuff ×2, muslin cloths ×0.6, sun canopy ×0.9, pram
      organiser ×0.8
    + merino ×1.8, organic cotton ×1.3, winter ×1.2, star-print, grey, washable
  nappies | 109 | 0.3 | again → baby wipes ×0.84, baby bottles ×0.21
    newborn nappies ×0.8, size 3 nappies, pull-up pants ×1.1, night nappies ×1.2, swim nappies ×0.6, cloth
      nappies ×2.4
    + month-pack ×2.4, ultra-thin ×1.1, sensitive ×1.1, bamboo ×1.3, trial-pack ×0.4, extra-dry
  baby wipes | 39 | 0.15 | again
    baby wipes, water wipes ×1.3, hand-and-mouth wipes ×0.8, cotton tissues ×1.1, nappy cream ×1.2, baby
      wash ×1.4
    + sensitive, six-pack ×2.4, fragrance-free, thick ×1.1, travel-size ×0.4, aloe
  baby bottles | 89 | 0.15
    glass baby bottle, anti-colic bottle ×1.2, bottle warmer ×2, steriliser ×3.2, sippy cup ×0.6, bottle
      brush ×0.4
    + 240 ml, wide-neck, three-pack ×2.2, natural-feel ×1.2, slow-flow, printed
"""
"""A world and its brands, the big ones first; under it a line for each category: name | median price in CNY |
share of its world's interest | whether it is bought again and again → what goes with it; then its nouns, then
(+) qualifiers. "family tent ×1.8" costs 1.8 times the median. Deeper lines go on.
"""

FINISHES = (
    *("", "black", "moss green", "sand", "sky blue", "white"),
    *("terracotta", "navy", "graphite", "cream", "plum", "teal"),
)
"""What tells the later siblings of a large catalogue apart: "pop-up tent, moss green"."""

Priced = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Category:
    """Products that are browsed together.

    name: plural. price: median, in CNY. demand: share of its world's interest. goes_with: category → mean
    count of lines. consumable: bought again and again.
    """

    name: str
    world: str
    price: float
    demand: float
    nouns: Priced
    qualifiers: Priced
    goes_with: dict[str, float]
    consumable: bool


def priced(text: str) -> Priced:
    """Names with their factor, 1 where none is said.

    >>> priced("dome tent, family tent ×1.8")
    (('dome tent', 1.0), ('family tent', 1.8))
    """
    cut = (part.partition("×") for part in text.split(","))
    return tuple((name.strip(), float(factor or 1)) for name, _, factor in cut)


def read(wares: str) -> tuple[dict[str, tuple[str, ...]], tuple[Category, ...]]:
    """Brands by world, and the categories, from a text as `WARES`."""
    lines: list[str] = []
    for line in wares.strip().splitlines():
        if line.startswith("      "):
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
    world, brands = "", dict[str, tuple[str, ...]]()
    categories = []
    for number, line in enumerate(lines):
        if not line.startswith(" "):
            world, _, makers = line.partition(": ")
            brands[world] = tuple(makers.split(", "))
        elif not line.startswith("    "):
            categories.append(_category(world, line, lines[number + 1], lines[number + 2]))
    return brands, tuple(categories)


def _category(world: str, head: str, nouns: str, qualifiers: str) -> Category:
    said, _, arrows = head.partition("→")
    name, price, demand, *again = (part.strip() for part in said.split("|"))
    return Category(
        name,
        world,
        float(price),
        float(demand),
        priced(nouns),
        priced(qualifiers.replace("+", "")),
        dict(priced(arrows)) if arrows else {},
        bool(again),
    )


BRANDS, CATEGORIES = read(WARES)
"""World → brands; and the 49 categories of the 12 worlds."""

WORLDS = tuple(BRANDS)
"""Names of the worlds; a world's number is its place here."""
