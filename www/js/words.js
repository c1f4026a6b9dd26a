// What the pages say before the crate does: English, then Chinese. The language is chosen as it is there (src/language.rs).

let isChinese = false;

/** Speaks this language, if it is one that the pages speak, else the best of the person's; what the page says so far follows. */
export const speak = (wanted) => {
  const spoken = [wanted, ...navigator.languages].map((tag) => /^(en|zh)(?![a-z])/i.exec(tag ?? "")?.[1].toLowerCase());
  isChinese = spoken.find(Boolean) === "zh";
  if (!isChinese) return;
  document.documentElement.lang = "zh-Hans";
  for (const one of document.querySelectorAll("[data-zh]")) one.textContent = one.dataset.zh;
};

/** A pair of words in the language that is spoken. */
export const inWords = ([english, chinese]) => (isChinese ? chinese : english);
