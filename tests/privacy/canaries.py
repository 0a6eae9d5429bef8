"""200 invented details of all kinds in all languages, each of which exists nowhere else."""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

_random = random.Random(20_261_126)

# What is said round a detail: before it, and after it. A message is `before + detail + after`.
SAID = {
    "en": {
        "name": [("my name is ", " and i need my records"), ("records of my mother ", ", please")],
        "birth": [("born on ", " and I need my x-rays"), ("DOB: ", "")],
        "ssn": [("my ssn is ", " if you need it"), ("social security number ", "")],
        "mrn": [("MRN ", " who looked at my chart"), ("my record number is ", "")],
        "phone": [("call me at ", " about the bill"), ("", " is my cell")],
        "email": [("send it to ", " please"), ("my email: ", "")],
        "address": [("i live at ", ""), ("mail it to ", " thanks")],
        "card": [("my card is ", " for the fee"), ("charge ", "")],
        "policy": [("policy number ", " bill"), ("masshealth id: ", "")],
    },
    "es": {
        "name": [("me llamo ", " y necesito mi expediente"), ("el expediente de mi madre ", "")],
        "birth": [("nací el ", " y quiero mi historia"), ("fecha de nacimiento: ", "")],
        "ssn": [("mi seguro social es ", " por si acaso"), ("número de seguro social ", "")],
        "mrn": [("mi número de expediente es ", ""), ("MRN ", " quién lo vio")],
        "phone": [("mi teléfono es ", " gracias"), ("llámeme al ", "")],
        "email": [("mi correo es ", " gracias"), ("mándelo a ", "")],
        "address": [("vivo en ", ""), ("mi dirección es ", "")],
        "card": [("mi tarjeta es ", " para pagar"), ("tarjeta ", "")],
        "policy": [("número de póliza ", " la factura"), ("mi masshealth es ", "")],
    },
    "pt": {
        "name": [("meu nome é ", " e preciso do prontuário"), ("prontuário da minha mãe ", "")],
        "birth": [("nasci em ", " e quero o raio x"), ("data de nascimento: ", "")],
        "ssn": [("meu seguro social é ", " se precisar"), ("número do seguro social ", "")],
        "mrn": [("o número do prontuário é ", ""), ("MRN ", " quem viu")],
        "phone": [("meu telefone é ", " obrigado"), ("me ligue no ", "")],
        "email": [("meu email é ", " obrigado"), ("mande para ", "")],
        "address": [("moro na ", ""), ("meu endereço é ", "")],
        "card": [("meu cartão é ", " para pagar"), ("cartão ", "")],
        "policy": [("número da apólice ", " a conta"), ("meu masshealth é ", "")],
    },
    "ht": {
        "name": [("mwen rele ", " e mwen bezwen dosye m"), ("dosye manman m ", "")],
        "birth": [("mwen fèt ", " mwen bezwen radyografi"), ("dat nesans: ", "")],
        "ssn": [("nimewo sosyal mwen se ", " si nou bezwen l"), ("sekirite sosyal ", "")],
        "mrn": [("nimewo dosye mwen se ", ""), ("MRN ", " ki moun ki gade l")],
        "phone": [("telefòn mwen se ", " mèsi"), ("rele m nan ", "")],
        "email": [("imèl mwen se ", " mèsi"), ("voye l nan ", "")],
        "address": [("mwen rete nan ", ""), ("adrès mwen se ", "")],
        "card": [("kat kredi mwen se ", " pou peye"), ("kat ", "")],
        "policy": [("nimewo polis ", " bòdwo"), ("masshealth mwen se ", "")],
    },
    "fr": {
        "name": [("je m'appelle ", " et je veux mon dossier"), ("le dossier de ma mère ", "")],
        "birth": [("je suis née le ", " et je veux mes radios"), ("date de naissance : ", "")],
        "ssn": [("mon numéro de sécurité sociale est ", " au besoin"), ("ssn ", "")],
        "mrn": [("mon numéro de dossier est ", ""), ("MRN ", " qui l'a vu")],
        "phone": [("mon téléphone est le ", " merci"), ("appelez-moi au ", "")],
        "email": [("mon courriel est ", " merci"), ("envoyez-le à ", "")],
        "address": [("j'habite au ", ""), ("mon adresse est ", "")],
        "card": [("ma carte est ", " pour payer"), ("carte ", "")],
        "policy": [("numéro de police ", " la facture"), ("masshealth ", "")],
    },
    "vi": {
        "name": [("tên tôi là ", ", tôi cần hồ sơ"), ("hồ sơ của mẹ tôi ", "")],
        "birth": [("tôi sinh ngày ", ", tôi cần phim"), ("ngày sinh: ", "")],
        "ssn": [("số an sinh xã hội của tôi là ", ""), ("ssn ", " nếu cần")],
        "mrn": [("số hồ sơ của tôi là ", ""), ("MRN ", " ai đã xem")],
        "phone": [("số điện thoại của tôi là ", " cảm ơn"), ("gọi tôi ", "")],
        "email": [("email của tôi là ", " cảm ơn"), ("gửi đến ", "")],
        "address": [("tôi ở ", ""), ("địa chỉ của tôi là ", "")],
        "card": [("thẻ tín dụng của tôi là ", ""), ("thẻ ", "")],
        "policy": [("số thẻ bảo hiểm ", " hóa đơn"), ("masshealth ", "")],
    },
    "zh-Hans": {
        "name": [("我叫", "，我要病历"), ("我妈妈叫", "")],
        "birth": [("出生日期", "，要X光片"), ("我的生日是", "")],
        "ssn": [("我的社会安全号码是", ""), ("社安号", "，需要吗")],
        "mrn": [("病历号", ""), ("MRN ", "，谁看过")],
        "phone": [("我的电话是", "，谢谢"), ("请打", "")],
        "email": [("邮箱", ""), ("发到 ", " 谢谢")],
        "address": [("我住在", ""), ("地址是", "")],
        "card": [("信用卡号", "，付费"), ("卡号", "")],
        "policy": [("保单号", "，账单"), ("白卡号", "")],
    },
    "ar": {
        "name": [("اسمي ", " وأريد سجلاتي"), ("اسم المريض: ", "")],
        "birth": [("تاريخ ميلادي ", " وأحتاج الأشعة"), ("تاريخ الميلاد: ", "")],
        "ssn": [("رقم الضمان الاجتماعي ", " إذا لزم"), ("رقم السوشال ", "")],
        "mrn": [("رقم ملفي ", ""), ("MRN ", " من رآه")],
        "phone": [("رقم هاتفي ", " شكرا"), ("اتصلوا بي على ", "")],
        "email": [("ايميلي ", " شكرا"), ("ارسلوه الى ", "")],
        "address": [("عنواني ", ""), ("أسكن في ", "")],
        "card": [("رقم بطاقة الائتمان ", ""), ("بطاقة الائتمان ", " للدفع")],
        "policy": [("رقم البوليصة ", " الفاتورة"), ("رقم التأمين ", "")],
    },
    "ru": {
        "name": [("меня зовут ", ", мне нужна карта"), ("карта моей мамы ", "")],
        "birth": [("я родился ", ", нужен рентген"), ("дата рождения: ", "")],
        "ssn": [("номер социального страхования ", " если надо"), ("ssn ", "")],
        "mrn": [("номер карты ", ""), ("MRN ", " кто смотрел")],
        "phone": [("мой телефон ", " спасибо"), ("звоните ", "")],
        "email": [("моя почта ", " спасибо"), ("пришлите на ", "")],
        "address": [("мой адрес ", ""), ("живу по адресу ", "")],
        "card": [("моя карта ", " для оплаты"), ("номер карты ", "")],
        "policy": [("номер полиса ", " счет"), ("masshealth ", "")],
    },
}  # fmt: skip

_SYLLABLES = {
    "zh-Hans": "翀芃甯垚犇奡堃翊骞稷彧缶",
    "ar": ["زق", "طخ", "غض", "ثظ", "قذ", "خش", "ضو", "ظي"],
    "ru": ["Зюж", "Щух", "Фыр", "Жыч", "Хью", "Цюб"],
}
_LATIN = ["Zux", "Qor", "Vyl", "Wreb", "Kjax", "Ozzim", "Yvux", "Plorq"]


@dataclass(frozen=True)
class Canary:
    """One detail and the message that it is said in.

    Attributes:
        language: The message's.
        kind: Of detail.
        value: The detail as it is typed.
        message: With the detail in it.
    """

    language: str
    kind: str
    value: str
    message: str

    def traces(self) -> Iterator[bytes]:
        """All that it could be found by, in any of the ways that texts are written down in."""
        wholes = {self.value}
        if self.kind in ("name", "address"):
            wholes |= {word for word in re.findall(r"[^\W\d]{4,}", self.value) if _is_odd(word)}
        elif self.kind in ("ssn", "mrn", "card", "policy", "phone"):
            wholes.add(re.sub(r"\D", "", self.value))
        if self.kind in ("birth", "death"):
            wholes |= _iso(self.value)
        for whole in wholes:
            for way in (str, quote, quote_plus, html.escape, json.dumps):
                yield way(whole).strip('"').encode()
            yield whole.encode("utf-16-le")
            yield whole.lower().encode()


def canaries() -> list[Canary]:
    """162 details: nine kinds in nine languages, each in two places of a message."""
    return [
        _canary(language, kind, place)
        for language in SAID
        for kind in SAID[language]
        for place in (0, 1)
    ]


def odd_word() -> str:
    """A word that stands nowhere else, for places where no detail is told apart."""
    return "".join(_random.sample(_LATIN, 3)).capitalize() + str(_random.randrange(10**5, 10**6))


def found(traces: dict[str, list[bytes]], texts: dict[str, bytes]) -> list[str]:
    """Which canaries stand where.

    Args:
        traces: Of each canary.
        texts: What to search, by where it comes from.
    """
    return [
        f"{canary} in {place}"
        for place, text in texts.items()
        for canary, forms in traces.items()
        if any(_stands_in(form, text) for form in forms)
    ]


def _stands_in(form: bytes, text: bytes) -> bool:
    """Is it there? Digits within a longer number are not: `3.635454959e-07` is a probability."""
    if not form.isdigit():
        return form in text
    return form in text and re.search(rb"(?<!\d)(?<!\d\.)%b(?!\d)" % form, text) is not None


def files_in(folder: Path) -> dict[str, bytes]:
    """Everything that stands in a folder, byte for byte: freed pages and journals as well."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _canary(language: str, kind: str, place: int) -> Canary:
    before, after = SAID[language][kind][place]
    value = _value(language, kind)
    return Canary(language, kind, value, f"{before}{value}{after}")


def _value(language: str, kind: str) -> str:
    digits = "".join(_random.choices("123456789", k=16))
    value = {
        "name": lambda: _name(language),
        "birth": lambda: _birth(language),
        "ssn": lambda: f"{digits[:3]}-{digits[3:5]}-{digits[5:9]}",
        "mrn": lambda: digits[:8],
        "phone": lambda: f"({digits[:3]}) 555-01{digits[3:5]}".replace("(1", "(7"),
        "email": lambda: f"{_latin().lower()}{digits[:4]}@example.com",
        "address": lambda: f"{digits[:3]} {_latin()} Street",
        "card": lambda: " ".join(digits[i : i + 4] for i in range(0, 16, 4)),
        "policy": lambda: f"XWB{digits[:9]}",
    }[kind]()
    return value.translate(_ARABIC) if language == "ar" and kind in ("ssn", "mrn") else value


_ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def _name(language: str) -> str:
    if language == "zh-Hans":
        return "".join(_random.sample(_SYLLABLES["zh-Hans"], 3))
    parts = _SYLLABLES.get(language)
    if parts is None:
        return f"{_latin()} {_latin()}"
    return " ".join("".join(_random.sample(list(parts), 3)).capitalize() for _ in range(2))


def _latin() -> str:
    return "".join(_random.sample(_LATIN, 3)).capitalize()


def _birth(language: str) -> str:
    year, month, day = (
        _random.randrange(1930, 2010),
        _random.randrange(1, 13),
        _random.randrange(13, 29),
    )
    if language == "zh-Hans":
        return f"{year}年{month}月{day}日"
    if language == "en":
        return f"{month:02d}/{day:02d}/{year}"
    return f"{day:02d}.{month:02d}.{year}" if language == "ru" else f"{day:02d}/{month:02d}/{year}"


def _iso(value: str) -> set[str]:
    """A date as programmes write it."""
    numbers = [int(n) for n in re.findall(r"\d+", value)]
    year = next((n for n in numbers if n > 1900), 0)
    rest = [n for n in numbers if n != year]
    if not year or len(rest) != 2:
        return set()
    return {f"{year}-{a:02d}-{b:02d}" for a, b in (rest, rest[::-1])}


def _is_odd(word: str) -> bool:
    return word.lower() not in ("street",)
