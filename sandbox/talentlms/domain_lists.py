"""The fixed lists of a domain: user types, languages, currencies."""

from collections.abc import Mapping

USER_TYPES: Mapping[str, str] = {
    "SuperAdmin": "1",
    "Admin-Type": "2",
    "Trainer-Type": "3",
    "Learner-Type": "4",
    "Learner": "5",
}

LANGUAGES: Mapping[str, str] = {
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "it": "Italian",
    "ja": "Japanese",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "zh": "Chinese",
}

CURRENCIES: Mapping[str, str] = {
    "dollar": "US Dollar",
    "cad": "Canadian Dollar",
    "aud": "Australian Dollar",
    "nzd": "New Zealand Dollar",
    "sgd": "Singapore Dollar",
    "hkd": "Hong Kong Dollar",
    "jpy": "Japanese Yen",
    "brl": "Brazilian Real",
    "mxn": "Mexican Peso",
    "euro": "Euro",
    "pound": "UK Pound",
    "dkk": "Danish Krone",
    "nok": "Norwegian Krone",
    "sek": "Swedish Krona",
    "chf": "Swiss Franc",
    "try": "Turkish Lira",
    "rub": "Russian Ruble",
    "pln": "Polish Zloty",
    "czk": "Czech Koruna",
    "inr": "Indian Rupee",
    "php": "Philippine Peso",
    "thb": "Thai Baht",
    "ils": "Israeli New Shekel",
}
