//! A table as text for other programs.

/// Rows as comma-separated values (RFC 4180). A cell that a spreadsheet would take for a formula is made text.
pub fn csv(rows: &[Vec<String>]) -> String {
    let cell = |cell: &String| {
        let is_number = cell.trim().parse::<f64>().is_ok();
        let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number;
        let cell = format!("{}{cell}", if is_formula { "'" } else { "" });
        if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
    };
    rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(",") + "\r\n").collect()
}

/// Rows with tabs between their cells, as spreadsheets take them from the clipboard.
pub fn tabbed(rows: &[Vec<String>]) -> String {
    let cell = |cell: &String| cell.replace(['\t', '\n', '\r'], " ");
    rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join("\t") + "\n").collect()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn cells_with_commas_quotes_and_lines_are_quoted() {
        assert_eq!(csv(&rows(&[&["a", "b,c"], &["d\"e", "f\ng"]])), "a,\"b,c\"\r\n\"d\"\"e\",\"f\ng\"\r\n");
    }

    #[test]
    fn a_formula_is_no_formula_in_a_spreadsheet_and_a_number_stays_one() {
        assert_eq!(csv(&rows(&[&["=1+1", "-2.5", "+x", "@y"]])), "'=1+1,-2.5,'+x,'@y\r\n");
    }

    #[test]
    fn tabs_part_cells() {
        assert_eq!(tabbed(&rows(&[&["a\tb", "c"]])), "a b\tc\n");
    }
}
