//! Invented names: common given names per region, surnames put together from syllables.

use crate::chance::Chance;

struct Region {
    name: &'static str,
    men: &'static str,
    women: &'static str,
    syllables: [&'static str; 3],
}

const REGIONS: [Region; 9] = [
    Region {
        name: "west",
        men: "Mohamed Abdoulaye Ibrahima Ousmane Mamadou Alpha Souleymane Amadou Boubacar Sekou Moussa Lansana Foday Abu Idrissa Saidou Kwame Kossi",
        women: "Fatoumata Mariama Aïssatou Kadiatou Hawa Aminata Isatu Binta Ramatu Djenabou Adama Salamatou Afi Massah",
        syllables: [
            "Ba Ka Dia Sa Tou Ko Ma Ja Se Fo Wa Ke",
            "m nd ra l b r n ss",
            "ara o é ako one ité aya oumba",
        ],
    },
    Region {
        name: "portugees",
        men: "João António Domingos Manuel Pedro Mateus Nelson Adão José Paulo Hélder Edson Bernardo Garcia Sebastião Simão",
        women: "Maria Isabel Teresa Esperança Luísa Ana Joana Domingas Engrácia Conceição Graça Rosa Suzana Madalena",
        syllables: [
            "Ki Ma Lu Ca Se Mu Ngo Pa Za Te Ba Do",
            "lo mbi ta ka nda nga sa vu",
            "mba ngo la to ndo ssi ne ko",
        ],
    },
    Region {
        name: "midden",
        men: "Jean-Pierre Patrick Eric Dieudonné Claude Fabrice Serge Christian Emmanuel Innocent Alain Didier Olivier Jean-Claude",
        women: "Chantal Béatrice Marie-Claire Solange Clarisse Espérance Nadine Aline Grâce Josiane Odette Marie-Louise",
        syllables: [
            "Ni Mu Ka Bi Ha Nta Ndi Ru Tshi Mbo Lu Sha",
            "yo ke ra ba shi ma ga la",
            "nga na yi mba ndo la ru wa",
        ],
    },
    Region {
        name: "hoorn",
        men: "Abdi Hassan Ahmed Yusuf Omar Abdullahi Tesfaye Dawit Yonas Khalid Ismail Mustafa Bereket Adam",
        women: "Hodan Fadumo Amina Sahra Ayaan Hirut Selam Meron Tigist Zeinab Hibaq Rahel",
        syllables: [
            "Wa Ge Ab Te Ha Ma Gu Sho Da Ya Be Fi",
            "rs le ro ga di ra me ke",
            "ame bo ssa dir re ne waal lu",
        ],
    },
    Region {
        name: "oost",
        men: "Wei Jian Ming Hao Jun Qiang Tuan Minh Duc Bat Long Feng Yong Bin",
        women: "Mei Li Xiu Yan Lan Hong Thi Linh Hoa Ying Na Oyuna Jing Fang",
        syllables: ["Zha Li Che Wu Hua Xu Ga Do Tra Pha Bo Su", "n ng", "lin min da su khan tai ri o"],
    },
    Region {
        name: "midden_oosten",
        men: "Ali Ahmad Karim Hussein Mohammad Rashid Farid Omid Bilal Nasir Samir Yusuf Mustafa Zaher",
        women: "Leila Zahra Maryam Noor Samira Parwin Fatima Shirin Salma Hanan",
        syllables: [
            "Ra Ka Ha Sha Na Az Ba Ta Sa Gu Fa Me",
            "hi di ra mi ki ze la fi",
            "mi ri zai wan di ni far li",
        ],
    },
    Region {
        name: "zuid",
        men: "Siva Kumar Rajan Anton Nimal Rafiq Kamal Suresh Jamal Ruwan",
        women: "Priya Nirmala Shanthi Anjali Kamala Rekha",
        syllables: [
            "Ra Si Ku Na Su Pa Tha Ma Vi Ja",
            "ja va ma ra ga ne",
            "lingam nathan rajah sena kanthan deen",
        ],
    },
    Region {
        name: "sovjet",
        men: "Giorgi Aslan Artur Ruslan Igor Levan Zaur Andrej Timur David Oleg Emir",
        women: "Nino Madina Anna Elena Zarema Tamara Irina Oksana Lilit Amra",
        syllables: [
            "Ma Ga Ka Be Ta So Ar Cha Ru Do",
            "me ra ri sa li ne ka ge",
            "dov nidze shvili jan enko ev itsj ov",
        ],
    },
    Region {
        name: "latijn",
        men: "Luis Carlos Jorge Miguel Andrés Raúl",
        women: "Yolanda Carmen Daniela Lucía Paola Yamilé",
        syllables: ["Ve Ca Mo Sa Ro Pe Gu Al", "la ri na ga me do", "sco rro nte les quez ndo"],
    },
];

/// A given name of a region; `woman` says of which list, one name in six is double.
pub fn given(region: &str, woman: bool, chance: &mut Chance) -> String {
    let region = find(region);
    let list: Vec<&str> = if woman { region.women } else { region.men }.split(' ').collect();
    let first = chance.pick(&list);
    if chance.percent(16) {
        let second = chance.pick(&list);
        if second != first && !second.contains('-') && !first.contains('-') {
            return format!("{first} {second}");
        }
    }
    first.to_owned()
}

/// A surname of a region; in later blocks it is double, so that large sets do not run out of names.
pub fn surname(region: &str, block: u32, chance: &mut Chance) -> String {
    let single = single_surname(region, chance);
    if block == 0 {
        return single;
    }
    format!("{single} {}", single_surname(region, chance))
}

fn single_surname(region: &str, chance: &mut Chance) -> String {
    find(region).syllables.iter().map(|list| chance.pick(&list.split(' ').collect::<Vec<_>>())).collect()
}

fn find(name: &str) -> &'static Region {
    REGIONS.iter().find(|region| region.name == name).unwrap_or(&REGIONS[0])
}

/// Spellings of the same name as another official hears it, with the same sound.
pub fn respelled(name: &str) -> String {
    const SOUNDS: [(&str, &str); 8] = [
        ("ou", "u"),
        ("Mohamed", "Mohammed"),
        ("dj", "j"),
        ("ï", "i"),
        ("ss", "s"),
        ("é", "e"),
        ("ph", "f"),
        ("ye", "je"),
    ];
    for (from, to) in SOUNDS {
        if name.contains(from) {
            return name.replacen(from, to, 1);
        }
    }
    match name.char_indices().nth(2) {
        Some((place, letter)) => format!("{}{letter}{}", &name[..place], &name[place..]),
        None => format!("{name}h"),
    }
}

/// The first part of a double given name, the whole name otherwise.
pub fn shortened(given: &str) -> &str {
    given.split(['-', ' ']).next().unwrap_or(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_respelled_name_differs() {
        for name in ["Abdoulaye", "Mohamed", "Wei", "Li", "Kara"] {
            assert_ne!(respelled(name), name);
        }
    }
}
