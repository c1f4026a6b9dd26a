//! A zip archive (APPNOTE.TXT 6.3.10) of files as they are, without compression: what is put before each, and at the end.
//! The files' own bytes pass by, so that they need not be in memory together.

/// Where what is needed of each file stands.
#[derive(Debug, Default)]
pub struct Zip {
    directory: Vec<u8>,
    count: u16,
    offset: u32,
}

/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
/// Unpacked by 2.0, the least that knows folders.
const VERSION: u16 = 20;
/// 1980-01-01: a time of their own is not known.
const DATE: u16 = 0b0000_0000_0010_0001;

impl Zip {
    /// What comes before a file's bytes; they come next. Names have at most 65,535 bytes, all files together 4 GB.
    pub fn begin(&mut self, name: &str, bytes: &[u8]) -> Vec<u8> {
        let facts = Facts { name, crc: crc32fast::hash(bytes), size: bytes.len() as u32 };
        let mut local = Vec::with_capacity(30 + name.len());
        put(&mut local, &[0x0403_4b50u32.to_le_bytes().as_slice()]);
        facts.put(&mut local);
        local.extend_from_slice(name.as_bytes());

        put(&mut self.directory, &[&0x0201_4b50u32.to_le_bytes(), &VERSION.to_le_bytes()]);
        facts.put(&mut self.directory);
        // Comment, disk, kinds: none. Then where it begins.
        put(&mut self.directory, &[&[0; 10], &self.offset.to_le_bytes(), name.as_bytes()]);
        self.count += 1;
        self.offset += local.len() as u32 + facts.size;
        local
    }

    /// What comes after the last file.
    pub fn finish(self) -> Vec<u8> {
        let (size, count) = (self.directory.len() as u32, self.count.to_le_bytes());
        let mut end = self.directory;
        put(&mut end, &[&0x0605_4b50u32.to_le_bytes(), &[0; 4], &count, &count]);
        put(&mut end, &[&size.to_le_bytes(), &self.offset.to_le_bytes(), &[0; 2]]);
        end
    }
}

struct Facts<'a> {
    name: &'a str,
    crc: u32,
    size: u32,
}

impl Facts<'_> {
    /// What stands in both places: version, flags, method, time, sums, length of the name, no further fields.
    fn put(&self, into: &mut Vec<u8>) {
        put(
            into,
            &[&VERSION.to_le_bytes(), &FLAGS.to_le_bytes(), &[0; 4], &DATE.to_le_bytes(), &self.crc.to_le_bytes()],
        );
        put(
            into,
            &[&self.size.to_le_bytes(), &self.size.to_le_bytes(), &(self.name.len() as u16).to_le_bytes(), &[0; 2]],
        );
    }
}

fn put(into: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        into.extend_from_slice(part);
    }
}
