"""The people of the demo practice, all invented, what they answered, and what has happened since."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from portal.accounts.roles import Role
from portal.demo.answers import (
    BREATHLESS_LUNGS,
    BROKEN_SPINE,
    BROKEN_WRIST,
    CANCER_BEFORE,
    CANCER_MANY,
    CANCER_ONE,
    CANCER_UNSURE,
    FEVER,
    HEART,
    INFECTED_SPINE,
    INFECTED_TOOTH,
    LOSING_WEIGHT,
    LOW_MOOD,
    NIGHT_PAIN,
    SELF_HARM,
    SORE,
    SURGERY_ONE,
    SURGERY_THREE,
    WEAK_BONE_TOLD,
    WEAK_LEG,
    born,
    diabetes,
    scanned,
    size,
    smokes,
    stopped,
)

STAFF = (
    ("editor@demo.example", "Elena Ruiz", (Role.EDITOR,)),
    ("approver@demo.example", "Dr. Amir Haddad", (Role.APPROVER,)),
    ("surgeon@demo.example", "Dr. Sarah Lindqvist", (Role.SURGEON,)),
    ("surgeon2@demo.example", "Dr. Tom Okafor", (Role.SURGEON,)),
    ("lead@demo.example", "Dr. Ruth Adeyemi", (Role.LEAD, Role.SURGEON)),
    ("admin@demo.example", "Ines Weber", (Role.ADMINISTRATOR,)),
)


@dataclass(frozen=True)
class Step:
    """Something that happened `ago` days ago: the name of a method of stories.Story, and what it is given."""

    ago: float
    does: str
    given: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DemoPatient:
    key: str  # the part before @demo.example
    name: str
    born: date
    sex: str
    surgeon: str = ""  # the e-mail address of whoever has them in care; empty: nobody
    operation: str = ""
    region: str = ""
    answers: dict[str, Any] | None = None  # on top of CALM; None: has not started
    sent: float | None = None  # how many days ago; None: stopped before sending
    shows: str = ""  # what the case is good for looking at
    story: tuple[Step, ...] = ()
    language: str = "en"
    helper: str = ""
    has_email: bool = True

    @property
    def email(self) -> str:
        return f"{self.key}@demo.example"

    @property
    def sends(self) -> bool:
        return self.sent is not None


def step(ago: float, does: str, **given: Any) -> Step:
    return Step(ago, does, given)


def t_score(value: str) -> dict[str, Decimal]:
    return {"t_score": Decimal(value)}


LINDQVIST, OKAFOR, ADEYEMI, NOBODY = (
    "surgeon@demo.example",
    "surgeon2@demo.example",
    "lead@demo.example",
    "",
)

HELLO = "Thank you for your answers. "

# Each line of a state shows something of its own; the first ones are those that the tour in README.md names.
PATIENTS = (
    DemoPatient("patient", "Pat Morgan", born(68, 3, 14), "female", LINDQVIST, "Fusion of L4 and L5", "lumbar",
                shows="has not started: log in as her and answer"),
    DemoPatient("walter", "Walter Brandt", born(77, 11, 2), "male", LINDQVIST, "Fusion of L3 to S1", "lumbosacral",
                {**CANCER_MANY, **NIGHT_PAIN, **WEAK_LEG}, 0.04,
                "cancer at many places and a newly weak leg, sent within the hour: first on the list",
                helper="Karin Brandt, wife, +1 555 0181"),
    DemoPatient("rosa", "Rosa Alvarez", born(72, 6, 21), "female", LINDQVIST, "Fusion of L4 and L5", "lumbar",
                {**scanned("-3.1", 3), **WEAK_BONE_TOLD, **BROKEN_WRIST}, 1.2,
                "weak bone: a T-score of -3.1 and a broken wrist"),
    DemoPatient("george", "George Papas", born(55, 1, 30), "male", NOBODY, "", "",
                {**smokes(), **size(178, 121), **diabetes("8.4")}, 4.1,
                "nobody has him in care; smoking, weight, blood sugar"),
    DemoPatient("mei", "Mei Tanaka", born(66, 9, 9), "female", NOBODY, "", "",
                {"bone_scan": "not_sure", "steroids_long_term": "yes", "lung_disease": "yes"}, 2.3,
                "nothing certain, but a bone scan is due"),
    DemoPatient("hannah", "Hannah Fischer", born(43, 12, 1), "female", LINDQVIST, "Fusion of C5 and C6", "cervical",
                {}, 3.2, "nothing reported"),
    DemoPatient("luis", "Luis Romero", born(60, 4, 18), "male", OKAFOR, "Revision fusion of L4 to S1", "lumbosacral",
                SURGERY_THREE, 6.0, "in the care of the other surgeon: the first one cannot open it", language="es"),
    DemoPatient("agnes", "Agnes Nowak", born(79, 7, 7), "female", NOBODY, "", "",
                FEVER, None, "stopped after an urgent answer: started, not sent, call", (step(0.03, "answers"),)),
    DemoPatient("omar", "Omar Siddiqui", born(64, 2, 11), "male", LINDQVIST, "Fusion of L5 and S1", "lumbosacral",
                stopped(40, nicotine_replacement="yes"), 20.0, "decided: what he reads stands on his home page",
                (step(19.0, "decide", state="optimise", plan="Stopped three weeks ago. Cotinine before booking.",
                      message="Well done for stopping smoking. Please keep going. We would like to see you again in a"
                      " few weeks to plan the next step together.", rescreen_in=45, reading=("nicotine",)),)),
    # Urgent
    DemoPatient("irene", "Irene Kowalski", born(58, 2, 3), "female", LINDQVIST, "Fusion of L4 and L5", "lumbar",
                SELF_HARM, 0.3, "a mood answer that could not wait: acknowledged, called, noted",
                (step(0.29, "acknowledge", note="Spoke to her. Her sister is with her, and she has the crisis line."),)),
    DemoPatient("pedro", "Pedro Sandoval", born(70, 8, 19), "male", OKAFOR, "Fusion of T11 to L2", "thoracic",
                {**CANCER_ONE, **NIGHT_PAIN}, 0.6, "pain at night after cancer: urgent the same day", language="es"),
    DemoPatient("edith", "Edith Larsen", born(81, 1, 15), "female", NOBODY, "", "",
                {"red_flag_fall_crash": "not_sure", **BROKEN_SPINE, **WEAK_BONE_TOLD}, 0.5,
                "a fall, perhaps, and a collapsed vertebra; nobody has her in care"),
    DemoPatient("viktor", "Viktor Hale", born(49, 10, 10), "male", LINDQVIST, "Fusion of L5 and S1", "lumbosacral",
                {"red_flag_saddle_numbness": "yes"}, None, "numb in the saddle, never sent: call",
                (step(0.02, "answers"),)),
    # An absolute criterion
    DemoPatient("bela", "Bela Horvath", born(74, 5, 5), "male", LINDQVIST, "Fusion of L2 to L5", "lumbar",
                {**scanned("-3.8", 7), **WEAK_BONE_TOLD}, 3.4, "a T-score of -3.8, and overdue"),
    DemoPatient("nadia", "Nadia Rahman", born(47, 3, 28), "female", NOBODY, "", "",
                SORE, 0.9, "an open sore on the back; unassigned"),
    DemoPatient("sven", "Sven Lindholm", born(69, 6, 30), "male", OKAFOR, "Fusion of L4 and L5", "lumbar",
                INFECTED_SPINE, 5.0, "an infected spine: not now, and the reason",
                (step(4.5, "decide", state="not_now", reason="Active spondylodiscitis under treatment.",
                      message=HELLO + "The infection in your spine has to heal first. Your treatment goes on, and we"
                      " will look at an operation again afterwards."),)),
    # Could be one
    DemoPatient("lucia", "Lucia Ferri", born(67, 9, 1), "female", LINDQVIST, "Fusion of L4 and L5", "lumbar",
                {**WEAK_BONE_TOLD}, 2.5, "told of weak bone, no scan: a DXA scan would settle it"),
    DemoPatient("ahmed", "Ahmed Darwish", born(62, 11, 11), "male", LINDQVIST, "Fusion of C4 to C6", "cervical",
                INFECTED_TOOTH, 1.8, "an infected tooth: taken for review by the other surgeon's colleague",
                (step(1.0, "take"),)),
    DemoPatient("joan", "Joan Whitfield", born(76, 4, 9), "female", LINDQVIST, "Fusion of L3 to L5", "lumbar",
                CANCER_UNSURE, 6.2, "cancer before, unsure about the spine: needs an MRI",
                (step(5.8, "decide", state="needs_tests", tests=("Whole-spine MRI",), note="Ask the oncologist too.",
                      message=HELLO + "Before we plan anything, we would like a picture of your whole spine. Our office"
                      " will call you with a day for it."),
                 step(5.0, "patient_reads"),
                 step(4.9, "patient_asks", text="I have a pacemaker. Can I go into that machine?"))),
    DemoPatient("tomas", "Tomas Novak", born(71, 7, 23), "male", LINDQVIST, "Fusion of L4 and L5", "lumbar",
                {"osteoporosis_told": "not_sure", "bone_scan": "not_sure"}, 12.0,
                "unsure about his bones: a scan was entered since, and settles it",
                (step(11.0, "decide", state="needs_tests", tests=("DXA of hip and spine",),
                      message=HELLO + "Please have a bone scan first. It takes ten minutes and does not hurt."),
                 step(2.0, "result", investigation="t_score", values=t_score("-0.8"),
                      source="DXA, Harbor Imaging", measured_ago=4))),
    DemoPatient("greta", "Greta Olsen", born(69, 1, 1), "female", LINDQVIST, "Fusion of L5 and S1", "lumbosacral",
                {"osteoporosis_told": "not_sure", "bone_medicine": "yes"}, 15.0,
                "a scan was entered that shows more than she knew: back on the list",
                (step(14.0, "decide", state="needs_tests", tests=("DXA of the hip",),
                      message=HELLO + "Please have a bone scan before we plan the next step."),
                 step(0.7, "result", investigation="t_score", values=t_score("-3.6"),
                      source="DXA, City Hospital", measured_ago=3))),
    # Relative criteria
    DemoPatient("frank", "Frank Dolan", born(52, 2, 20), "male", LINDQVIST, "Fusion of L4 to S1", "lumbosacral",
                {**smokes(30, 25), **size(175, 128), **HEART}, 7.5, "three relative criteria, overdue"),
    DemoPatient("carmen", "Carmen Ruiz", born(61, 12, 12), "female", OKAFOR, "Fusion of L4 and L5", "lumbar",
                {**smokes(10, 40), **LOSING_WEIGHT}, 3.0, "smoking and losing weight", language="es"),
    DemoPatient("peter", "Peter Lang", born(57, 3, 3), "male", LINDQVIST, "Fusion of L5 and S1", "lumbosacral",
                {**size(182, 136), **diabetes("7.9")}, 9.0, "weight and blood sugar: marked, optimise, to be asked again",
                (step(8.0, "mark", criterion="obesity", says="confirmed"),
                 step(8.0, "mark", criterion="systemic", says="needs_test", text="HbA1c again in eight weeks"),
                 step(7.9, "decide", state="optimise", plan="Weight programme, HbA1c below 7.5.", rescreen_in=50,
                      message=HELLO + "Two things can make an operation safer for you: steady blood sugar and some weight"
                      " off. Our nurse will call you about both."))),
    DemoPatient("yuki", "Yuki Sato", born(65, 6, 6), "female", LINDQVIST, "Fusion of L3 and L4", "lumbar",
                {**smokes(15, 20)}, 70.0, "the day to ask again has come: back on the list, and invited",
                (step(69.0, "decide", state="optimise", plan="Stop smoking, cessation programme.", rescreen_in=67,
                      message=HELLO + "Stopping smoking helps your bones heal. Here is what can help you."),
                 step(66.0, "patient_reads"))),
    DemoPatient("albert", "Albert Meyer", born(73, 8, 8), "male", ADEYEMI, "Fusion of C5 to C7", "cervical",
                BREATHLESS_LUNGS, 4.4, "a lung disease; in the care of the lead"),
    DemoPatient("dolores", "Dolores Vega", born(63, 10, 3), "female", NOBODY, "", "",
                {**LOW_MOOD, "depression_told": "yes"}, 3.3, "low mood, nobody's patient yet", language="es"),
    DemoPatient("kurt", "Kurt Weiss", born(59, 5, 25), "male", LINDQVIST, "Revision fusion of L4 and L5", "lumbar",
                SURGERY_ONE, 2.1, "one operation before; in review",
                (step(0.8, "take"),)),
    # To clarify
    DemoPatient("ruth", "Ruth Silver", born(56, 4, 4), "female", LINDQVIST, "Fusion of C6 and C7", "cervical",
                {"smoking": "not_sure", "weight_loss": "not_sure"}, 1.5, "unsure about two things"),
    DemoPatient("ivan", "Ivan Petrov", born(54, 7, 17), "male", NOBODY, "", "",
                {"diabetes": "yes"}, 5.5, "diabetes, no value known"),
    # Nothing reported, or nothing left
    DemoPatient("sofia", "Sofia Marin", born(39, 9, 29), "female", LINDQVIST, "Fusion of L5 and S1", "lumbosacral",
                {}, 8.0, "nothing reported: clear to discuss an operation",
                (step(7.0, "decide", state="discuss", plan="Visit to talk about the operation.",
                      message=HELLO + "We would like to talk with you about the operation, what it can do and what can go"
                      " wrong. Please bring your questions."),
                 step(6.5, "patient_reads"),
                 step(6.4, "patient_asks", text="May my daughter come along?"),
                 step(6.0, "answer", text="Yes, please bring her. It helps to have two pairs of ears."))),
    DemoPatient("henry", "Henry Adams", born(50, 11, 20), "male", LINDQVIST, "Fusion of L4 and L5", "lumbar",
                CANCER_BEFORE, 30.0, "had the operation elsewhere: closed",
                (step(28.0, "decide", state="closed", reason="Operated on elsewhere.", message=HELLO
                      + "You told us that you have had your operation. We wish you well, and close this here."),)),
    DemoPatient("lena", "Lena Vogel", born(45, 2, 14), "female", OKAFOR, "Fusion of C5 and C6", "cervical",
                {}, 9.5, "decided, and not told yet",
                (step(9.0, "decide", state="discuss", plan="Visit in January."),)),
    # Answered again
    DemoPatient("maria", "Maria Costa", born(60, 6, 11), "female", LINDQVIST, "Fusion of L4 and L5", "lumbar",
                {**scanned("-2.9", 5), **WEAK_BONE_TOLD, **BROKEN_WRIST}, 5.0,
                "corrected her answers: a flag fell, and keeps its place until somebody decides",
                (step(1.1, "corrects", reason="I never broke my wrist, it was a sprain.",
                      answers={"bone_fragility_fracture": "no"}),)),
    DemoPatient("oskar", "Oskar Brandt", born(66, 3, 9), "male", LINDQVIST, "Fusion of L5 and S1", "lumbosacral",
                smokes(20, 35), 26.0, "corrected after a decision: back on the list",
                (step(25.0, "decide", state="optimise", plan="Stop smoking.", rescreen_in=60,
                      message=HELLO + "Stopping smoking is the best thing you can do for your back now."),
                 step(0.4, "corrects", reason="I stopped!", answers=stopped(20)))),
    # By paper, without e-mail, replaced, started
    DemoPatient("wilma", "Wilma Jansen", born(84, 1, 25), "female", LINDQVIST, "Fusion of L4 and L5", "lumbar",
                {**scanned("-1.8", 10), "nsaid": "yes"}, 2.8, "answered on paper; has no e-mail: call or write",
                (step(2.0, "decide", state="discuss", plan="Visit with her son.",
                      message=HELLO + "Please come in to talk about the operation. Your son is welcome."),),
                helper="Jan Jansen, son, +1 555 0199", has_email=False),
    DemoPatient("noah", "Noah Klein", born(53, 8, 2), "male", LINDQVIST, "Fusion of L4 and L5", "lumbar",
                diabetes("6.9", 6), 11.0, "a decision that was wrong, and was replaced",
                (step(10.0, "decide", state="not_now", reason="HbA1c too high."),
                 step(9.8, "replace", state="needs_tests", tests=("HbA1c",), because="Read the wrong patient's value.",
                      message=HELLO + "Your last blood sugar value is some months old. Please have it measured again."))),
    DemoPatient("emil", "Emil Sommer", born(58, 12, 30), "male", LINDQVIST, "Fusion of L5 and S1", "lumbosacral",
                {}, None, "began a week ago and did not finish: reminded", (step(8.0, "begins"),)),
    DemoPatient("clara", "Clara Dubois", born(64, 5, 16), "female", OKAFOR, "Fusion of L3 to L5", "lumbar",
                {**HEART, **diabetes("8.8"), **size(160, 104), **smokes(5, 30)}, 8.8,
                "the longest list of relative criteria, with the other surgeon"),
    DemoPatient("bruno", "Bruno Keller", born(75, 10, 27), "male", LINDQVIST, "Fusion of L2 to S1", "lumbosacral",
                {**scanned("-2.7", 30)}, 60.0, "an old scan; optimised, asked again in a few days",
                (step(58.0, "mark", criterion="bone", says="needs_test", text="A new DXA"),
                 step(58.0, "decide", state="optimise", plan="New DXA, vitamin D, then anabolic treatment.",
                      rescreen_in=61, message=HELLO + "We want your bones to be as strong as they can be before an"
                      " operation. Please have a new bone scan."),)),
    DemoPatient("paula", "Paula Simon", born(48, 4, 27), "female", LINDQVIST, "Fusion of C4 and C5", "cervical",
                {"nicotine_replacement": "yes", **stopped(220)}, 1.0, "stopped smoking long ago, still uses gum"),
    DemoPatient("liam", "Liam Byrne", born(44, 6, 18), "male", NOBODY, "", "", None, shows="has not started"),
)  # fmt: skip
