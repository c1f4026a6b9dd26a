//! Places in a text: browsers count UTF-16 units, Jupyter and Python count characters.

/// How many characters there are before a place that is counted in UTF-16 units; in the middle of one, it counts.
pub fn characters(text: &str, units: usize) -> usize {
    let mut left = units;
    text.chars()
        .take_while(|c| {
            let comes = left > 0;
            left = left.saturating_sub(c.len_utf16());
            comes
        })
        .count()
}

/// How many UTF-16 units there are before a place that is counted in characters.
pub fn units(text: &str, characters: usize) -> usize {
    text.chars().take(characters).map(char::len_utf16).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_same_in_both_counts() {
        let text = "é😀x";
        for (of_units, of_characters) in [(0, 0), (1, 1), (3, 2), (4, 3)] {
            assert_eq!(characters(text, of_units), of_characters);
            assert_eq!(units(text, of_characters), of_units);
        }
        assert_eq!((characters(text, 2), characters(text, 99), units(text, 99)), (2, 3, 4));
    }
}
