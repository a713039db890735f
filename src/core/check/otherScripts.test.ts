import assert from 'node:assert/strict';
import { checkStep } from './check';

/** Texts with the verdicts of their decided equations, worked out by hand: T, F, or none. */
function decides(texts: readonly (readonly [text: string, verdicts: string])[]): void {
  for (const [text, expected] of texts) {
    const verdicts = checkStep(text).decided.map(({ isTrue }) => (isTrue ? 'T' : 'F'));
    assert.equal(verdicts.join(''), expected, text);
  }
}

describe('the arithmetic check in prose of other scripts', () => {
  it('reads Chinese, also without spaces and with full-width signs', () => {
    decides([
      ['36 − 7 = 28 个', 'F'],
      ['小明原有36个苹果，给了小红7个，还剩36-7=28个。', 'F'],
      ['所以 3×4=12（个），12÷2=6（个）。', 'TT'],
      ['３６－７＝２８个', 'F'],
      ['6×5=30(人)，30+2=33(人)', 'TF'],
      ['共花了 5元 + 3元 = 9元。', 'F'],
      ['面积S=3×4=12平方米，周长C=2×(3+4)=15米', 'TF'],
      ['60千米/时 × 2时 = 120千米', 'T'],
      ['x+3=5，所以x=5-3=3', 'F'],
      ['7÷2=3个', 'F'],
    ]);
  });

  it('leaves open what Chinese words do to a number', () => {
    decides([
      ['5元 - 3角 = 47角', ''],
      ['3万 + 2万 = 50000', ''],
      ['30000 + 20000 = 5万元', ''],
      ['17÷5=3……2', ''],
      ['17÷5=3余2', ''],
      ['7÷2=3（组）余1', ''],
      ['大约 7÷2=3个', ''],
      ['5 × 3 = 15 的一半', ''],
      ['5的2倍+3=14', ''],
      ['第2+3=6页', ''],
      ['负3 + 5 = 8', ''],
      ['2 + 2 = 5是不可能的。', ''],
      ['2 + 2 = 5 吗？', ''],
      ['比例2：3=4：6', ''],
    ]);
  });

  it('reads Japanese and Korean', () => {
    decides([
      ['36個 - 7個 = 28個です。', 'F'],
      ['りんごは 3 + 5 = 8 個です。', 'T'],
      ['17 ÷ 5 = 3 あまり 2', ''],
      ['200 × 3割 = 60', ''],
      ['36 - 7 = 28개입니다.', 'F'],
      ['따라서 3 × 4 = 12개', 'T'],
      ['17 ÷ 5 = 3 나머지 2', ''],
      ['30000 + 20000 = 5만 원', ''],
    ]);
  });

  it('reads Cyrillic, and Latin with accents', () => {
    decides([
      ['Всего 36 - 7 = 28 яблок.', 'F'],
      ['3 яблока + 5 яблок = 8 яблок', 'T'],
      ['5 м + 3 м = 9 м', 'F'],
      ['5 км - 300 м = 4700 м', ''],
      ['5 х 3 = 16', 'F'],
      ['17 / 5 = 3 остаток 2', ''],
      ['30000 + 20000 = 50 тыс. рублей', ''],
      ['2 + 2 = 5 неверно', ''],
      ['Insgesamt 3 Äpfel + 5 Äpfel = 9 Äpfel.', 'F'],
      ['Il reste 36 − 7 = 28 pommes.', 'F'],
      ['17 / 5 = 3 Rest 2', ''],
      ['1,5 + 2,5 = 5', ''],
    ]);
  });

  it('finds equations true, but never false, next to words of scripts that it does not know', () => {
    decides([
      ['העדد 36 - 7 = 29 تفاحة', 'T'],
      ['العدد 36 - 7 = 28 تفاحة', ''],
      ['בסך הכל 3 + 5 = 8 תפוחים', 'T'],
      ['कुल 3 + 5 = 9 सेब', ''],
      ['รวม 3 + 5 = 8 ผล', 'T'],
      ['β + 3 = 5 และ 2', ''],
    ]);
  });
});

describe('steps with arithmetic out of public reports', () => {
  // The shapes of ThinkPRM 4, lm-eval 1204, vLLM 12791, Math-Verify 76, open-r1 628 and OpenCompass 2343, in our words.
  it('finds three false ones, and no others', () => {
    decides([
      ['200 × 0.5 = 30', 'F'],
      ['15% of 200 is 30, since 200 × 0.15 = 30.', 'TT'],
      ['The cost of the house and repairs came out to 80,000+50,000=$<<80000+50000=130000>>130,000', 'T'],
      ['9 ÷ 3 = 3 apples each', 'T'],
      ['9 ÷ 2 = 4 apples each', 'F'],
      ['(x_D + x_G + x_S) + 2(y_DG + y_DS + y_GS) = 437 + 2*234 = 437 + 468 = 905', 'TT'],
      [
        '$\\left(1-\\frac{1}{3}\\right) \\div[(1+20 \\%) \\times 80 \\%] = \\frac{2}{3} \\div[120 \\% \\times 80 \\%] = \\frac{2}{3} \\div \\frac{24}{25} = \\frac{25}{36}$',
        'TTT',
      ],
      [
        '$185 \\div\\left(\\frac{1}{3}+\\frac{25}{36}\\right)=185 \\div \\frac{37}{36}=180 \\text { (days). }$',
        '',
      ],
      ['He increased the value of the house by 80,000*1.5=<<80000*1.5=120000>>120,000', 'TT'],
      ['150% of \\$80,000 = 1.5 × \\$80,000 = \\$125,000 increase in value.', 'TF'],
      ['\\$80,000 (purchase) + \\$50,000 (repairs) = \\$130,000 total invested.', 'T'],
      // "15 and 7/3" might be one number.
      ['So 15.3 ≈ 15 and 7/3 = 2.33, thus 7/3 ≈ 2.3.', 'T'],
      ['12:00 - 1:30 = 10:30', ''],
      ['The ratio 2:3 = 4:6', ''],
      ['n = 2, so n^2 = 4 and 2^n = 4.', ''],
      ['10 mod 3 = 1', ''],
      ['5 // 2 = 2', ''],
      ['0.1 + 0.2 = 0.30000000000000004', ''],
      ['3 apples + 4 pears = 7 fruit', 'T'],
      ['1/3 = 0.333...', ''],
    ]);
  });
});
