/** Names of days, months and units of time, by number; each list holds the spellings of one. */

/** 0 = Sunday. */
export const weekdayNames: readonly string[] = [
  "sundays?|domingos?|sonntags?|dimanches?|domenica|रविवार|इतवार|ravivaa?r|itwa?ar|الأحد|الاحد|يوم أحد",
  "mondays?|lunes|segunda(?:s)?-feiras?|(?:na |à |a |de |próxima )segunda|montags?|lundis?|lunedì|सोमवार|somva?a?r|الاثنين|الإثنين|اثنين",
  "tuesdays?|martes|terças?(?:-feiras?)?|dienstags?|mardis?|martedì|मंगलवार|mangalva?a?r|الثلاثاء|ثلاثاء",
  "wednesdays?|miércoles|miercoles|quartas?-feiras?|(?:na |à |próxima )quarta|mittwochs?|mercredis?|mercoledì|बुधवार|budhva?a?r|الأربعاء|الاربعاء|أربعاء",
  "thursdays?|jueves|quintas?-feiras?|(?:na |à |próxima )quinta|donnerstags?|jeudis?|giovedì|गुरुवार|बृहस्पतिवार|guruva?a?r|الخميس|خميس",
  "fridays?|viernes|sextas?-feiras?|(?:na |à |próxima )sexta|freitags?|vendredis?|venerdì|शुक्रवार|shukrava?a?r|الجمعة|جمعة",
  "saturdays?|s[áa]bados?|samstags?|sonnabends?|samedis?|sabato|शनिवार|shaniva?a?r|السبت",
];

/** Read in what the organization or the lead wrote, and in drafts beside a number or a dash. */
export const weekdayShorts: readonly string[] = [
  "sun|dom|so",
  "mon|lun|mo|seg",
  "tues?|mar|di|ter",
  "wed|mi[ée]|mi|qua",
  "thu(?:rs?)?|jue|do|qui",
  "fri|vie|fr|sex",
  "sat|s[áa]b|sa",
];

/** 0 = January. */
export const monthNames: readonly string[] = [
  "jan(?:uary|uar|vier|eiro)?\\.?|enero|janeiro|gennaio|जनवरी|يناير",
  "feb(?:ruary|ruar|rero|braio)?\\.?|fevereiro|février|फरवरी|فبراير",
  "mar(?:ch|zo|ço)?\\.?|märz|mars|मार्च|مارس",
  "apr(?:il|ile)?\\.?|abril|avril|अप्रैल|أبريل|ابريل",
  "may|mayo|maio|mai|maggio|मई|مايو",
  "june?|junio|junho|juni|juin|giugno|जून|يونيو",
  "july?|julio|julho|juli|juillet|luglio|जुलाई|يوليو",
  "aug(?:ust)?\\.?|agosto|août|अगस्त|أغسطس",
  "sept?(?:ember|iembre|embre)?\\.?|setembro|settembre|सितंबर|سبتمبر",
  "oct(?:ober|ubre|obre)?\\.?|outubro|oktober|ottobre|अक्टूबर|أكتوبر",
  "nov(?:ember|iembre|embro|embre)?\\.?|नवंबर|نوفمبر",
  "dec(?:ember)?\\.?|diciembre|dezembro|dezember|décembre|dicembre|दिसंबर|ديسمبر",
];

export const durationUnits: readonly { unit: string; names: string }[] = [
  {
    unit: "minute",
    names: "min(?:ute)?s?|minutos?|minuten|minut[oi]|मिनट|minat|دقيقة|دقائق",
  },
  {
    unit: "hour",
    names: "hours?|hrs?|horas?|stunden?|heures?|or[ae]|घंटे|घंटा|घंटों|ghant[ea]|ساعة|ساعات|h",
  },
  {
    unit: "day",
    names: "days?|d[ií]as?|tagen?|tage|jours?|giorn[oi]|दिन|दिनों|din|يوم|أيام|ايام|يوما",
  },
  {
    unit: "week",
    names:
      "weeks?|semanas?|wochen?|semaines?|settiman[ae]|हफ़्ते|हफ्ते|हफ्तों|सप्ताह|hafte|أسبوع|أسابيع|اسابيع|أسبوعا",
  },
  {
    unit: "month",
    names:
      "months?|mes(?:es)?|mês|monaten?|monate|mois|mes[ei]|महीने|महीना|महीनों|mahine|شهر|أشهر|شهرا|شهور",
  },
  {
    unit: "year",
    names:
      "years?|años?|anos?|jahren?|jahre|ans?|années?|ann[oi]|साल|वर्ष|saal|سنة|سنوات|عام|أعوام|عاما",
  },
];

/** Days from now. */
export const relativeDays: readonly { days: number; pattern: string }[] = [
  {
    days: 2,
    pattern:
      "(?:the )?day after tomorrow|pasado mañana|depois de amanhã|übermorgen|après-demain|dopodomani|परसों|parson|بعد غد|بعد غدا",
  },
  {
    days: 1,
    pattern:
      "tomorrow|tmrw|(?<!por la |de la |en la |buenas |esta )mañana|amanhã|amanha|(?<!guten |schönen )morgen(?! (?:früh )?zusammen)|demain|domani|(?:आने वाला )?कल|kal|غدا|غدًا|غداً|غد|بكرة",
  },
  {
    days: 0,
    pattern:
      "tonight|this (?:afternoon|evening)|esta (?:tarde|noche)|hoje à (?:tarde|noite)|heute (?:abend|nachmittag)|ce soir|cet après-midi|stasera|आज शाम|आज रात|aaj shaam|aaj raat|الليلة|هذا المساء",
  },
];

/** Stretches of time from now on, told apart by their first word alone. */
export const relativeStretches: readonly { name: string; pattern: string }[] = [
  {
    name: "next week",
    pattern:
      "next week|(?:la )?(?:próxima semana|semana que viene|semana que vem)|(?:die |in der )?(?:nächste|kommende)[nr]? woche|(?:la )?semaine prochaine|(?:la )?(?:prossima settimana|settimana prossima)|अगले (?:हफ़्ते|हफ्ते|सप्ताह)|agle hafte|(?:الأسبوع )(?:القادم|المقبل)",
  },
  {
    name: "next month",
    pattern:
      "next month|(?:el )?(?:próximo mes|mes que viene)|mês que vem|próximo mês|(?:im )?(?:nächsten|kommenden) monat|(?:le )?mois prochain|(?:il )?(?:mese prossimo|prossimo mese)|अगले महीने|agle mahine|الشهر (?:القادم|المقبل)",
  },
  {
    name: "weekend",
    pattern:
      "(?:this|next|the|on the|over the) weekend|(?:este|el|próximo) fin de semana|(?:neste|no|este|próximo) fim de semana|(?:am|nächstes|dieses) wochenende|ce week-end|वीकेंड|weekend par|عطلة نهاية الأسبوع",
  },
];
