/**
 * Words that change what a number next to them means. Of scripts without words here, equations are only found to hold
 * (`UNLISTED`).
 */

/** Words that do something to the number beside them; a quantity next to one is not what it seems. */
const OPERATIONS = new Set(
  (
    'twice thrice half halves double doubled doubles triple tripled quadruple third thirds quarter quarters fourth fourths fifth fifths ' +
    'sixth sixths eighth eighths tenth tenths times plus minus more less fewer greater than subtract subtracted subtracting squared cubed square ' +
    'cube root log ln mod modulo remainder base factorial percent percentage average mean median product difference ratio quotient reciprocal ' +
    'inverse negative opposite absolute out sqrt max min gcd lcm sin cos tan except without multiplied divided added decreased increased reduced over ' +
    // German, French, Spanish, Portuguese, Italian.
    'mal hälfte doppelt dreifach prozent fois moitié veces mitad doble vezes metade dobro volte metà doppio'
  ).split(' '),
);
/** The same in Chinese and Japanese, anywhere in the ends of a run of characters. */
const HAN_OPERATIONS =
  /倍|半|分の|分之|(?<![剩其多])[余餘]|余り|あまり|(?<!参)加|[减減乘除乗割折]|根号|[平立]方(?![公千分厘]?[米尺里])|次方|[负負又第]$|マイナス|プラス|以[上下]|番目|^[多少成几幾の的]/u;
const HANGUL_OPERATIONS =
  /배$|^배|절반|나머지|[더뺀빼곱]|나눈|나누|번째|퍼센트|^제$|마이너스|^분의|이상|이하/u;
const CYRILLIC_OPERATIONS =
  /^(?:половин|трет[ьи]|четверт|раз[аы]?$|минус|плюс|умнож|дел[еи]|раздел|больше|меньше|остат|процент|квадрат$|куб$|корень|модул|удво|утро|вдвое|втрое|средн|сумм|разност)/u;

/** Scales of which the two sides of an equation may keep different ones. */
const SCALES =
  /^(?:(?:hundred|thousand|million|billion|trillion|dozen)s?|tausend|mille|mil|millionen|millones|dutzend)$|^[十百千万萬亿億兆](?![分米克瓦卡])|^[만억천백조]|^(?:тыс|млн|млрд|миллион|миллиард|сот|дюжин)/u;
/** Short words that are not variables. */
const PARTICLES = new Set('in at on to by an tv м г л ч км кг см мм мл мг'.split(' '));
/** Words that no unit has. */
const CONNECTIVES = new Set(
  (
    'and or is are was were be so then thus if when where which that since because but we he she it they gives give get gets makes equals equal while as ' +
    'или так если где это значит'
  ).split(' '),
);
const HAN_CONNECTIVES = /^(?:[和与與或是则則とはがで]|所以|那么|因为|因此|だから)/u;
/** Words that a number behind them tells apart: "day 2". */
const NUMBERED =
  /^(?:day|week|month|year|hour|minute|step|case|part|question|problem|page|chapter|number|room|equation|eq|exercise|figure|level|grade|round|no)$|(?:步骤|步驟|[題题圖图表例式页頁章問]|方程|情况|ステップ|단계|문제)$|^(?:день|шаг|случай|задача|страница|номер)$/u;

/** Words that deny or ask. */
export const DENIALS =
  /\b(?:not|no|never|cannot|whether|impossible|contradict\w*|false|invalid|incorrect|wrong|fails?|unless|instead)\b|n['’]t\b|\?|不(?:等|对|對|是|成立|可能|正|符|合|满|能)|矛盾|错|錯|是否|吗|嗎|无解|無解|ない|ません|間違|않|아니|틀|없|(?<!\p{L})(?:не|нет|ли|невозможно|неверно)(?!\p{L})/iu;

/** Words of a text in which a whole result may be a rounded one, or one that was cut off. */
export const ROUNDINGS =
  /round|floor|ceil|about|approx|nearest|rough|around|almost|nearly|estimat|whole|integer|quotient|remain|left ?over|truncat|full|complete|entire|maxim|minim|at (?:most|least)|multiple|divisib|decimal|discard|ignor|only|[≈≒~]|=\d+\.\d{3,}>>|\bmod\b|\br ?\d|约|約|近似|取整|整[数數]|[四余餘]|[至最]多|[大至最]少|切り|およそ|ほぼ|약|반올림|나머지|최대|정도|округл|пример|остат|цел|около|rund|\brest[aeo]?\b|environ|arrond|aproxim|redonde/iu;

/** Scripts without spaces between words, or whose letters are not used as variables. */
const UNCASED = /(?=\p{L})[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}]/u;
/** Letters of other scripts, such as Arabic, Hebrew, Devanagari and Thai. */
export const UNLISTED =
  /(?![\p{scx=Latin}\p{scx=Greek}\p{scx=Cyrillic}\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{sc=Common}])\p{L}/u;

/** Characters at each end of a run without spaces that are looked at. */
const END = 4;
/** Letters of a word that inflection leaves alone. */
const STEM = 4;

/** The words of a text in lower case; of a run of characters without spaces between words, its ends. */
export function wordsOf(text: string): string[] {
  const words = text
    .toLowerCase()
    .split(/[^\p{L}\p{M}]+/u)
    .filter(Boolean);
  return words.flatMap((word) =>
    word.length > 2 * END && UNCASED.test(word) ? [word.slice(0, END), word.slice(-END)] : [word],
  );
}

/** True for a word of a script that sets words next to numbers without a space. */
export function isUncased(word: string): boolean {
  return UNCASED.test(word);
}

/** True for a word that does something to the number next to it. */
export function isOperation(word: string): boolean {
  return (
    OPERATIONS.has(word) ||
    HAN_OPERATIONS.test(word) ||
    HANGUL_OPERATIONS.test(word) ||
    CYRILLIC_OPERATIONS.test(word)
  );
}

/** True for a word that makes a number larger, "thousand". */
export function isScale(word: string): boolean {
  return SCALES.test(word);
}

/** True for a word that a number behind it tells apart, "day". */
export function isNumbered(word: string): boolean {
  return NUMBERED.test(word);
}

/** True for a word that begins another thought, and is not a unit. */
export function isConnective(word: string): boolean {
  return CONNECTIVES.has(word) || HAN_CONNECTIVES.test(word);
}

/** True for a short word that is not a variable. */
export function isParticle(word: string): boolean {
  return PARTICLES.has(word) || isUncased(word);
}

/** True for a word that may be a unit of its own kind, as every word beyond ASCII may. */
export function isForeign(word: string): boolean {
  return /[^a-z]/u.test(word);
}

/** What the spellings of a unit share: "个" of "个苹果", the stem of a Cyrillic word, the singular of "apples". */
export function unitKey(word: string): string {
  if (isUncased(word)) return String.fromCodePoint(word.codePointAt(0)!);
  return isForeign(word) ? word.slice(0, STEM) : word.replace(/s$/u, '');
}
