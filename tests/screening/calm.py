"""A complete set of answers that reports nothing."""

CALM = {
    **dict.fromkeys(
        ["red_flag_bladder_bowel", "red_flag_saddle_numbness", "red_flag_new_weakness", "red_flag_fever_back_pain", "red_flag_fall_crash", "cancer_ever", "osteoporosis_told", "bone_scan", "bone_fragility_fracture", "bone_medicine", "infection_now", "antibiotics_now", "spine_infection", "fever_or_chills", "back_sore", "other_nicotine", "nicotine_replacement", "weight_loss", "eating_less", "heart_failure", "recent_heart_event", "low_oxygen", "lung_disease", "breathless", "diabetes", "dialysis", "depression_told", "spine_surgery", "steroids_long_term", "blood_thinner", "nsaid", "immune_medicine", "opioid_long_term", "metal_allergy"],
        "no",
    ),
    "smoking": "never",
    "height_cm": "170",
    "weight_kg": "70",
    "phq_1": "0",
    "phq_2": "0",
}
