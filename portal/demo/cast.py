"""The people of the demo practice, all invented, and what the patients among them answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.accounts.roles import Role

PASSWORD = "demo-Spine-2026"  # noqa: S105  a demo account, refused where DEBUG is off

STAFF = (
    ("editor@demo.example", "Elena Ruiz", (Role.EDITOR,)),
    ("approver@demo.example", "Dr. Amir Haddad", (Role.APPROVER,)),
    ("surgeon@demo.example", "Dr. Sarah Lindqvist", (Role.SURGEON,)),
    ("surgeon2@demo.example", "Dr. Tom Okafor", (Role.SURGEON,)),
    ("admin@demo.example", "Ines Weber", (Role.ADMINISTRATOR,)),
)

CALM: dict[str, Any] = {
    **dict.fromkeys(
        [
            "red_flag_bladder_bowel",
            "red_flag_saddle_numbness",
            "red_flag_new_weakness",
            "red_flag_fever_back_pain",
            "red_flag_fall_crash",
            "cancer_ever",
            "osteoporosis_told",
            "bone_scan",
            "bone_fragility_fracture",
            "bone_medicine",
            "infection_now",
            "antibiotics_now",
            "spine_infection",
            "fever_or_chills",
            "back_sore",
            "other_nicotine",
            "nicotine_replacement",
            "weight_loss",
            "eating_less",
            "heart_failure",
            "recent_heart_event",
            "low_oxygen",
            "lung_disease",
            "breathless",
            "diabetes",
            "dialysis",
            "depression_told",
            "spine_surgery",
            "steroids_long_term",
            "blood_thinner",
            "nsaid",
            "immune_medicine",
            "opioid_long_term",
            "metal_allergy",
        ],
        "no",
    ),
    "smoking": "never",
    "height_cm": "170",
    "weight_kg": "70",
    "phq_1": "0",
    "phq_2": "0",
}


@dataclass(frozen=True)
class DemoPatient:
    email: str
    name: str
    born: date
    sex: str
    record_number: str
    surgeon: str  # the e-mail address of whoever has them in care; empty: nobody
    operation: str = ""
    region: str = ""
    answers: dict[str, Any] | None = None  # on top of CALM; None: has not started
    sends: bool = True
    shows: str = ""  # what the case is good for looking at
    decision: dict[str, Any] = field(default_factory=dict)


LINDQVIST, OKAFOR, NOBODY = "surgeon@demo.example", "surgeon2@demo.example", ""

PATIENTS = (
    DemoPatient(
        "patient@demo.example",
        "Pat Morgan",
        date(1958, 3, 14),
        "female",
        "H-1001",
        LINDQVIST,
        "Fusion of L4 and L5",
        "lumbar",
    ),
    DemoPatient(
        "walter@demo.example",
        "Walter Brandt",
        date(1949, 11, 2),
        "male",
        "H-1002",
        LINDQVIST,
        "Fusion of L3 to S1",
        "lumbosacral",
        {
            "cancer_ever": "yes",
            "cancer_in_spine": "yes",
            "cancer_spine_places": "many",
            "cancer_night_pain": "yes",
            "red_flag_new_weakness": "yes",
        },
        shows="cancer at many places and a newly weak leg: first on the list",
    ),
    DemoPatient(
        "rosa@demo.example",
        "Rosa Alvarez",
        date(1954, 6, 21),
        "female",
        "H-1003",
        LINDQVIST,
        "Fusion of L4 and L5",
        "lumbar",
        {
            "osteoporosis_told": "yes",
            "bone_scan": "yes",
            "bone_t_score": "-3.1",
            "bone_scan_month": "2026-08",
            "bone_fragility_fracture": "yes",
            "bone_fracture_site": "wrist",
            "bone_medicine": "yes",
        },
        shows="weak bone: a T-score of -3.1 and a broken wrist",
    ),
    DemoPatient(
        "george@demo.example",
        "George Papas",
        date(1971, 1, 30),
        "male",
        "H-1004",
        NOBODY,
        "",
        "",
        {
            "smoking": "daily",
            "cigarettes_per_day": "20",
            "smoking_years": "30",
            "height_cm": "178",
            "weight_kg": "121",
            "diabetes": "yes",
            "hba1c": "8.4",
            "hba1c_month": "2026-10",
        },
        shows="nobody has him in care; smoking, weight, blood sugar",
    ),
    DemoPatient(
        "mei@demo.example",
        "Mei Tanaka",
        date(1960, 9, 9),
        "female",
        "H-1005",
        NOBODY,
        "",
        "",
        {"bone_scan": "not_sure", "steroids_long_term": "yes", "lung_disease": "yes"},
        shows="nothing certain, but a bone scan is due",
    ),
    DemoPatient(
        "hannah@demo.example",
        "Hannah Fischer",
        date(1983, 12, 1),
        "female",
        "H-1006",
        LINDQVIST,
        "Fusion of C5 and C6",
        "cervical",
        {},
        shows="nothing reported",
    ),
    DemoPatient(
        "luis@demo.example",
        "Luis Romero",
        date(1966, 4, 18),
        "male",
        "H-1007",
        OKAFOR,
        "Revision fusion of L4 to S1",
        "lumbosacral",
        {
            "spine_surgery": "yes",
            "spine_surgery_count": "3",
            "spine_surgery_same_area": "yes",
            "spine_metal": "yes",
            "spine_surgery_problem": "yes",
            "spine_surgery_problem_kinds": ["infection", "nonunion"],
        },
        shows="in the care of the other surgeon: the first one cannot open it",
    ),
    DemoPatient(
        "agnes@demo.example",
        "Agnes Nowak",
        date(1947, 7, 7),
        "female",
        "H-1008",
        NOBODY,
        "",
        "",
        {"red_flag_fever_back_pain": "yes"},
        sends=False,
        shows="stopped after an urgent answer: started, not sent, call",
    ),
    DemoPatient(
        "omar@demo.example",
        "Omar Siddiqui",
        date(1962, 2, 11),
        "male",
        "H-1009",
        LINDQVIST,
        "Fusion of L5 and S1",
        "lumbosacral",
        {"smoking": "former", "smoking_stopped_on": "2026-11-01", "nicotine_replacement": "yes"},
        decision={
            "state": "optimise",
            "note": "Stopped three weeks ago. Cotinine before booking.",
            "message": "Well done for stopping smoking. Please keep going. We would like to see you"
            " again in a few weeks to plan the next step together.",
            "rescreen_in_days": 52,
        },
        shows="decided: what he reads stands on his home page",
    ),
)
