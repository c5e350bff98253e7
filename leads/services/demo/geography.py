"""Where demo people live: states with their area codes and a few cities with the first digits of their ZIP codes."""

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from leads.services.demo.dice import Dice

# Per block: state and share of leads; area codes; cities with the first three digits of a ZIP code. The shares
# follow population, with more weight on the states where law firms buy most.
TABLE = """
NY 24; 212 315 332 347 516 518 585 607 631 646 680 716 718 838 845 914 917 929 934;
  Brooklyn 112, Queens 113, Bronx 104, New York 100, Staten Island 103, Yonkers 107, Hempstead 115, Buffalo 142

NJ 9; 201 551 609 640 732 848 856 862 908 973;
  Newark 071, Jersey City 073, Paterson 075, Elizabeth 072, Trenton 086, Camden 081

CT 5; 203 475 860 959; Bridgeport 066, New Haven 065, Stamford 069, Hartford 061, Waterbury 067

PA 8; 215 223 267 272 412 445 484 570 582 610 717 724 814 835 878;
  Philadelphia 191, Pittsburgh 152, Allentown 181, Scranton 185

FL 12; 239 305 321 352 386 407 448 561 656 689 727 754 772 786 813 850 863 904 941 954;
  Miami 331, Orlando 328, Tampa 336, Jacksonville 322, Fort Lauderdale 333, Hialeah 330

TX 10; 210 214 254 281 325 346 361 409 430 432 469 512 682 713 726 737 806 817 830 832 903 915 936 940 945 956 979;
  Houston 770, Dallas 752, San Antonio 782, Austin 787, Fort Worth 761, El Paso 799

CA 11; 209 213 279 310 323 341 408 415 424 442 510 530 559 562 619 626 650 657 661 669 707 714 747 760 805 818 858 909;
  Los Angeles 900, San Diego 921, San Jose 951, Long Beach 908, Fresno 937, Oakland 946, Sacramento 958

GA 6; 229 404 470 478 678 706 762 770 912 943; Atlanta 303, Augusta 309, Columbus 319, Savannah 314, Marietta 300

IL 2.4; 217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 872; Chicago 606, Aurora 605, Joliet 604

OH 2; 216 220 234 283 330 380 419 440 513 567 614 740 937; Columbus 432, Cleveland 441, Cincinnati 452

MI 1.7; 231 248 269 313 517 586 616 734 810 906 947 989; Detroit 482, Grand Rapids 495, Warren 480

NC 1.8; 252 336 704 743 828 910 919 980 984; Charlotte 282, Raleigh 276, Greensboro 274

VA 1.5; 276 434 540 571 703 757 804 826 948; Virginia Beach 234, Richmond 232, Norfolk 235

MD 1.4; 227 240 301 410 443 667; Baltimore 212, Rockville 208, Columbia 210

DC 0.4; 202 771; Washington 200

MA 1.5; 339 351 413 508 617 774 781 857 978; Boston 021, Worcester 016, Springfield 011

WA 1.4; 206 253 360 425 509 564; Seattle 981, Tacoma 984, Spokane 992

AZ 1.4; 480 520 602 623 928; Phoenix 850, Tucson 857, Mesa 852

TN 1.3; 423 615 629 731 865 901 931; Nashville 372, Memphis 381, Knoxville 379

IN 1; 219 260 317 463 574 765 812 930; Indianapolis 462, Fort Wayne 468

MO 1; 314 417 557 573 636 660 816 975; St. Louis 631, Kansas City 641

LA 1; 225 318 337 504 985; New Orleans 701, Baton Rouge 708

SC 1; 803 839 843 854 864; Charleston 294, Columbia 292

AL 0.9; 205 251 256 334 659 938; Birmingham 352, Mobile 366

CO 0.9; 303 719 720 970 983; Denver 802, Aurora 800

NV 0.8; 702 725 775; Las Vegas 891, Reno 895

KY 0.6; 270 364 502 606 859; Louisville 402, Lexington 405

MN 0.7; 218 320 507 612 651 763 952; Minneapolis 554, Saint Paul 551

WI 0.6; 262 274 414 534 608 715 920; Milwaukee 532, Madison 537

OR 0.5; 458 503 541 971; Portland 972, Salem 973
"""

NEIGHBOURS = {
    "NY": "NJ", "NJ": "NY", "CT": "NY", "PA": "NJ", "GA": "FL", "FL": "GA", "TX": "LA", "CA": "NV", "MD": "VA", "DC": "MD",
}  # fmt: skip


@dataclass(frozen=True)
class City:
    """A city and the first three digits of its ZIP codes."""

    name: str
    zip3: str


@dataclass(frozen=True)
class State:
    """A state, its share of all leads (relative), its area codes and some of its cities."""

    code: str
    share: float
    areas: tuple[str, ...]
    cities: tuple[City, ...]


def parse(table: str) -> dict[str, State]:
    """The states, by code, of a table written like TABLE."""
    states = [_state(block) for block in table.strip().split("\n\n")]
    return {state.code: state for state in states}


def _state(block: str) -> State:
    head, areas, cities = (part.strip() for part in block.split(";"))
    code, share = head.split()
    named = (city.strip().rpartition(" ") for city in cities.split(","))
    return State(code, float(share), tuple(areas.split()), tuple(City(name, zip3) for name, _, zip3 in named))


STATES = parse(TABLE)


@dataclass(frozen=True)
class Market:
    """Where an agency sells: the country's shares, times its own weights for the states it is strong in."""

    focus: tuple[tuple[str, float], ...] = ()
    elsewhere: float = 1.0

    @cached_property
    def _sums(self) -> list[float]:
        own = dict(self.focus)
        return list(accumulate(state.share * own.get(code, self.elsewhere) for code, state in STATES.items()))

    def draw(self, random: Dice) -> State:
        """The home of one person."""
        return random.weighted(ALL_STATES, self._sums)


ALL_STATES = list(STATES.values())
