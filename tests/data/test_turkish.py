"""The sample's Turkish: each ending held against forms from grammars and dictionaries, written by hand."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "data"))

import turkish

NOUNS = """
kitap~: kitap kitabı kitaba kitapta kitaptan kitabın kitabım kitabını kitabımız
köpek~: köpek köpeği köpeğe köpekte köpekten köpeğin köpeğim köpeğini köpeğimiz
ağaç~: ağaç ağacı ağaca ağaçta ağaçtan ağacın ağacım ağacını ağacımız
çocuk~: çocuk çocuğu çocuğa çocukta çocuktan çocuğun çocuğum çocuğunu çocuğumuz
mektup~: mektup mektubu mektuba mektupta mektuptan mektubun mektubum mektubunu mektubumuz
ev: ev evi eve evde evden evin evim evini evimiz
at: at atı ata atta attan atın atım atını atımız
top: top topu topa topta toptan topun topum topunu topumuz
kuş: kuş kuşu kuşa kuşta kuştan kuşun kuşum kuşunu kuşumuz
göz: göz gözü göze gözde gözden gözün gözüm gözünü gözümüz
okul: okul okulu okula okulda okuldan okulun okulum okulunu okulumuz
süt: süt sütü süte sütte sütten sütün sütüm sütünü sütümüz
araba: araba arabayı arabaya arabada arabadan arabanın arabam arabasını arabamız
kedi: kedi kediyi kediye kedide kediden kedinin kedim kedisini kedimiz
bahçe: bahçe bahçeyi bahçeye bahçede bahçeden bahçenin bahçem bahçesini bahçemiz
kapı: kapı kapıyı kapıya kapıda kapıdan kapının kapım kapısını kapımız
kutu: kutu kutuyu kutuya kutuda kutudan kutunun kutum kutusunu kutumuz
köprü: köprü köprüyü köprüye köprüde köprüden köprünün köprüm köprüsünü köprümüz
radyo: radyo radyoyu radyoya radyoda radyodan radyonun radyom radyosunu radyomuz
Ankara': Ankara Ankara'yı Ankara'ya Ankara'da Ankara'dan Ankara'nın - - -
İzmir': İzmir İzmir'i İzmir'e İzmir'de İzmir'den İzmir'in - - -
Zeynep': Zeynep Zeynep'i Zeynep'e Zeynep'te Zeynep'ten Zeynep'in - - -
Ali': Ali Ali'yi Ali'ye Ali'de Ali'den Ali'nin - - -
"""
VERBS = """
gel: geliyorum geldim geleceğim gelmiyor gelmedi gelmeyecek geliyorsun geldiler gelecekler
git~: gidiyorum gittim gideceğim gitmiyor gitmedi gitmeyecek gidiyorsun gittiler gidecekler
yaz: yazıyorum yazdım yazacağım yazmıyor yazmadı yazmayacak yazıyorsun yazdılar yazacaklar
gör: görüyorum gördüm göreceğim görmüyor görmedi görmeyecek görüyorsun gördüler görecekler
bul: buluyorum buldum bulacağım bulmuyor bulmadı bulmayacak buluyorsun buldular bulacaklar
oku: okuyorum okudum okuyacağım okumuyor okumadı okumayacak okuyorsun okudular okuyacaklar
uyu: uyuyorum uyudum uyuyacağım uyumuyor uyumadı uyumayacak uyuyorsun uyudular uyuyacaklar
yürü: yürüyorum yürüdüm yürüyeceğim yürümüyor yürümedi yürümeyecek yürüyorsun yürüdüler yürüyecekler
bekle: bekliyorum bekledim bekleyeceğim beklemiyor beklemedi beklemeyecek bekliyorsun beklediler bekleyecekler
ara: arıyorum aradım arayacağım aramıyor aramadı aramayacak arıyorsun aradılar arayacaklar
oyna: oynuyorum oynadım oynayacağım oynamıyor oynamadı oynamayacak oynuyorsun oynadılar oynayacaklar
söyle: söylüyorum söyledim söyleyeceğim söylemiyor söylemedi söylemeyecek söylüyorsun söylediler söyleyecekler
ye: yiyorum yedim yiyeceğim yemiyor yemedi yemeyecek yiyorsun yediler yiyecekler
iç: içiyorum içtim içeceğim içmiyor içmedi içmeyecek içiyorsun içtiler içecekler
sat: satıyorum sattım satacağım satmıyor satmadı satmayacak satıyorsun sattılar satacaklar
kapat: kapatıyorum kapattım kapatacağım kapatmıyor kapatmadı kapatmayacak kapatıyorsun kapattılar kapatacaklar
koş: koşuyorum koştum koşacağım koşmuyor koşmadı koşmayacak koşuyorsun koştular koşacaklar
dön: dönüyorum döndüm döneceğim dönmüyor dönmedi dönmeyecek dönüyorsun döndüler dönecekler
"""


def table(text: str) -> list[list[str]]:
    return [line.replace(":", "").split() for line in text.strip().splitlines()]


@pytest.mark.parametrize("row", table(NOUNS), ids=lambda row: row[0])
def test_nouns(row: list[str]) -> None:
    stem, *forms = row
    made = [turkish.noun(stem, case) for case in ("", "acc", "dat", "loc", "abl", "gen")]
    if not stem.endswith("'"):
        made += [
            turkish.noun(stem, "", "my"),
            turkish.noun(stem, "acc", "his"),
            turkish.noun(stem, "", "our"),
        ]
    assert made == [form for form in forms if form != "-"]


@pytest.mark.parametrize("row", table(VERBS), ids=lambda row: row[0])
def test_verbs(row: list[str]) -> None:
    stem, *forms = row
    tenses = ("now", "past", "future")
    made = [turkish.verb(stem, tense, "I") for tense in tenses]
    made += [turkish.verb(stem, tense, negative=True) for tense in tenses]
    made += [
        turkish.verb(stem, "now", "you"),
        turkish.verb(stem, "past", "they"),
        turkish.verb(stem, "future", "they"),
    ]
    assert made == forms


@pytest.mark.parametrize(
    ("made", "form"),
    [
        (turkish.noun("ev", "loc", "my"), "evimde"),
        (turkish.noun("ev", "dat", "his"), "evine"),
        (turkish.noun("ev", "abl", "his"), "evinden"),
        (turkish.noun("bahçe", "loc", "your"), "bahçende"),
        (turkish.noun("bahçe", "loc", "his"), "bahçesinde"),
        (turkish.noun("kitap~", "acc", "your"), "kitabını"),
        (turkish.noun("araba", "acc", "our"), "arabamızı"),
        (turkish.noun("köpek~", "", "their"), "köpekleri"),
        (turkish.noun("köpek~", "acc", "their"), "köpeklerini"),
        (turkish.noun("kitap~", "acc", plural=True), "kitapları"),
        (turkish.noun("ev", "loc", plural=True), "evlerde"),
        (turkish.noun("kuş", "", "my", plural=True), "kuşlarım"),
        (turkish.verb("git~", "now", "we"), "gidiyoruz"),
        (turkish.verb("git~", "now", "they"), "gidiyorlar"),
        (turkish.verb("oku", "past", "we"), "okuduk"),
        (turkish.verb("gör", "past", "you"), "gördün"),
        (turkish.verb("iste", "now", "I", negative=True), "istemiyorum"),
        (turkish.verb("al", "future", "we", negative=True), "almayacağız"),
        (turkish.question("gel", "now", "you"), "geliyor musun"),
        (turkish.question("gel", "now", "we"), "geliyor muyuz"),
        (turkish.question("gel", "now", "they"), "geliyorlar mı"),
        (turkish.question("gel", "past", "you"), "geldin mi"),
        (turkish.question("gör", "past"), "gördü mü"),
        (turkish.question("oku", "past", "they"), "okudular mı"),
        (turkish.question("gel", "future", "you"), "gelecek misin"),
        (turkish.question("yaz", "future", "I"), "yazacak mıyım"),
        (turkish.asked("büyük"), "büyük mü"),
        (turkish.asked("mutlu", "you"), "mutlu musun"),
        (turkish.attach("büyük", "(y)DI"), "büyüktü"),
        (turkish.attach("eski", "(y)DI"), "eskiydi"),
        (turkish.attach("ucuz", "(y)DI"), "ucuzdu"),
        (turkish.attach("hasta", "(y)Im"), "hastayım"),
        (turkish.attach("yorgun", "(y)Iz"), "yorgunuz"),
        (turkish.attach("evde", "(y)Im"), "evdeyim"),
        (turkish.capital("istiyorum"), "İstiyorum"),
        (turkish.capital("ırmak"), "Irmak"),
    ],
)
def test_other_forms(made: str, form: str) -> None:
    assert made == form
