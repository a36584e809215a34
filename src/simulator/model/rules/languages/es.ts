import { type LanguageRules, namedByKind } from "./shape.ts";

export const spanish: LanguageRules = {
  wording: {
    marks:
      "hola|buen[oa]s|que|como|cuanto|cuesta|quiero|quisiera|para|una?|el|los|las|gracias|por|favor|mi|es|de|tengo|vivo|casa|techo|luz|si|claro|vale|mañana|llamada|visita|precio|puedo|hablar|donde|cuando|lo|y|con|pero|muy|soy|esta|garantia|caro|hay|tienen",
    letters: /[¿¡ñ]/giu,
    prefixes: "",
    topics: {
      stop: "no me escrib~|deja(d|r|n)? de escribir~|dar(me)? de baja|no me molest~|no quiero más mensajes",
      legal: "abogad[oa]|demandar~|denuncia~|juicio",
      safety: "incendio|humo|chispas?|quemand~|descarga eléctrica|herid[oa]s?",
      human: "asesora?|una persona|un humano|agente|hablar con (alguien|una? ~)",
      angry:
        "pésim[oa]s?|horrible|inútil(es)?|vergüenza|pérdida de tiempo|enojad[oa]|enfadad[oa]|molest[oa]|inaceptable",
      distrust: "estafa~|timo|fraude|engañan?",
      injection: "ignora (todas?|tus|las)|eres ahora",
      price:
        "precios?|cuánto (cuesta|vale|es|sale|sería|cobran|me)~|cuestan?|tarifas?|presupuesto|cotiza~",
      expensive: "car[oa]s?|carísim[oa]|descuentos?|más barat[oa]|rebajas?|no puedo pagar",
      how: "cómo (funciona|es el proceso|trabajan)|explica~|el proceso",
      bookVerb: "agenda(r|me)?|reserva(r|me)?|llámame|llámenme|visítenme|concertar",
      bookNoun: "cita|visita|llamada|reunión|demostración",
      call: "llama~|teléfono",
      visit: "visita~|venir|pasar",
      wish: "quiero|quisiera|me gustaría|podemos|pueden|podría~",
      link: "calculadora|enlace|página web",
      later:
        "luego|más tarde|más adelante|pensarlo|lo pienso|pensármelo|otro día|ahora no|el mes que viene",
      notInterested: "no me interesa|no,? gracias|ya no (me interesa|quiero)|no quiero nada",
      bot: "(eres|es esto|hablo con|sos) (un |una )?(bot|robot|human[oa]|persona|máquina|ia)",
      offTopic: "chistes?|poema|clima|receta|presidente|fútbol|deberes|capital de|traduce",
      greeting: "hola|buen[oa]s( días| tardes| noches)?",
      agree: "sí|claro|dale|por supuesto|vale|de acuerdo|perfecto|me parece bien|adelante|genial",
      refuse: "no|todavía no|aún no",
      question: "qué tal",
    },
    opensQuestion: "qué|cómo|cuándo|cuál|dónde|quién|tienen|hacen|puedo|pueden",
    stopAlone: "baja",
    closings:
      "gracias|muchas|mil|vale|perfecto|listo|genial|de acuerdo|adiós|hasta luego|entendido",
    day: "pasado mañana|mañana|hoy|(?:el |este )?(?:lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo)|la semana que viene",
    hour: "(?:a las? |sobre las? )?\\d{1,2}(?::\\d{2}|h)?\\s?de la (?:mañana|tarde|noche)|(?:a las? |sobre las? )\\d{1,2}(?::\\d{2})?(?:\\s?(?:am|pm|h))?|(?:por la|esta) (?:mañana|tarde|noche)",
    place: /\ben \p{Lu}/u,
    fillers: "que como cuanto para con los las una por del hay mas tiene tienen casa sistema",
    synonyms: {
      garantía: "warranty",
      financiación: "financing",
      financiar: "financing",
      cuotas: "financing",
      plazos: "financing",
      crédito: "financing",
      batería: "battery",
      baterías: "battery",
      cargador: "charger",
      coche: "car",
      carro: "car",
      tarda: "installation time",
      tardan: "installation time",
      permiso: "permits",
      permisos: "permits",
      techo: "roofs",
      tejado: "roofs",
      zona: "service area",
      dónde: "service area",
      apagón: "outages",
      apagones: "outages",
      nieve: "snow",
      granizo: "hail",
      horario: "hours",
      abiertos: "hours",
      visita: "visit",
      gratis: "free",
      revisión: "check",
      limpieza: "cleaning",
      mantenimiento: "check",
    },
  },
  phrases: {
    hello: (business) => `¡Hola! Gracias por escribir a ${business}.`,
    helloAgain: "¡Hola de nuevo!",
    expensive: "Te entiendo, es una decisión importante.",
    options: "Una persona del equipo puede ver las opciones contigo.",
    gotIt: "Gracias, eso me ayuda.",
    human:
      "Claro que sí. Le pido a una persona del equipo que siga contigo; te responde en este chat.",
    legal:
      "Gracias por avisarnos. Esto lo atiende enseguida una persona del equipo; te responde aquí.",
    unhappy: "Lo siento mucho. Le pido a una persona del equipo que lo revise y te responda aquí.",
    unsure:
      "Buena pregunta. No tengo ese dato a mano; una persona del equipo lo revisa y te responde aquí.",
    bot: (business) =>
      `Soy el asistente de ${business}, no una persona. Si prefieres, alguien del equipo sigue contigo.`,
    offTopic: (business) => `Lo siento, aquí solo puedo ayudarte con ${business}.`,
    media: "Perdona, aquí no puedo abrirlo. ¿Me lo cuentas en pocas palabras?",
    unclear: "Perdona, no entendí bien tu audio. ¿Me lo repites o me lo escribes?",
    decline: "Sin problema, gracias por decírmelo. Si algo cambia, escríbeme por aquí.",
    later: "Claro, tómate tu tiempo. Aquí estoy cuando quieras retomarlo.",
    stop: "Entendido, no te escribiremos más.",
    step: namedByKind({
      visit: { title: "Visita", phrase: "la visita" },
      call: { title: "Llamada", phrase: "una llamada" },
      demo: { title: "Demostración", phrase: "una demostración" },
    }),
    offer: ({ phrase }) => `¿Qué día y hora te vienen bien para ${phrase}?`,
    initiated: ({ title, phrase }, time) =>
      time === null
        ? `¡Genial! Paso tu solicitud de ${phrase} y el equipo te la confirma por aquí.`
        : `¡Genial! ${title}, ${time}. Lo paso al equipo y te lo confirman por aquí.`,
    link: (name, url) => `Aquí lo tienes (${name}): ${url}`,
    anythingElse: "Si te queda alguna duda, con gusto la respondo.",
    nudges: [
      "¿Te quedó alguna duda? Con gusto te ayudo.",
      "Si quieres, una persona del equipo lo ve contigo, sin compromiso.",
      "Lo dejo aquí para no molestarte. Cuando te venga bien, escríbeme.",
    ],
    resent: "Por si no te llegó mi último mensaje:",
  },
  questions: {
    solar: [
      {
        ask: "¿Es para tu casa o para un negocio?",
        told: "mi casa|nuestra casa|negocio|tienda|oficina",
      },
      { ask: "¿En qué ciudad está?", told: "vivo en|vivimos en|está en|estoy en" },
      {
        ask: "¿Cuánto pagas de luz al mes, más o menos?",
        told: "al mes|factura|recibo",
      },
    ],
    plain: [
      { ask: "¿Para qué lo necesitas?", told: "necesito|necesitamos|es para" },
      { ask: "¿Cuándo te gustaría empezar?", told: "cuanto antes|el mes que viene" },
    ],
  },
  notes: {
    acts: {
      price: "preguntó por precios",
      expensive: "lo encuentra caro",
      how: "preguntó cómo funciona",
      human: "pidió hablar con una persona",
      bookVerb: "quiere dar el siguiente paso",
      later: "quiere pensarlo",
      notInterested: "no está interesado",
      injection: "pidió cambiar las reglas",
    },
    did: (acts) => `El lead ${acts}.`,
    said: (quotes) => `El lead dice: ${quotes}.`,
    wrote: "El lead escribió.",
  },
  demoFacts: {
    "Home 4 kW system": "Sistema de 4 kW para casa: $6,900 instalado.",
    "Home 6 kW system": "Sistema de 6 kW para casa: $9,800 instalado.",
    "Home 8 kW system": "Sistema de 8 kW para casa: $12,600 instalado.",
    "Home battery": "Batería de 10 kWh: $7,400 instalada, junto con el sistema o más adelante.",
    "Car charger": "Cargador de coche de 11 kW: $1,150 instalado.",
    "Yearly check-up": "Revisión anual con limpieza de paneles: $189.",
    "Service area":
      "Instalamos en el Front Range, de Fort Collins a Colorado Springs, con Denver y Boulder incluidos.",
    "Installation time":
      "La instalación lleva 2 días en el techo. Desde la firma suelen pasar de 6 a 8 semanas, casi todo por el permiso y la compañía eléctrica.",
    Warranty:
      "25 años sobre la producción de los paneles, 12 años en el inversor, 10 años en la batería y 10 años en nuestro trabajo, goteras incluidas.",
    Financing:
      "Se puede pagar de una vez o en 5, 10 o 15 años con nuestra entidad asociada, con $0 de entrada y sujeto a aprobación de crédito. La entidad da la tasa y la cuota después de la solicitud.",
    "Site visit":
      "La visita es gratuita y sin compromiso. Dura unos 45 minutos y la oferta por escrito llega en 2 días hábiles.",
    Permits:
      "Nos encargamos del permiso de obra, la inspección y los trámites con la compañía eléctrica.",
    Roofs:
      "Trabajamos con techos de teja asfáltica, de metal y planos. Con pizarra y madera, no. Un techo de más de 15 años se revisa antes.",
    "Power outages":
      "La energía solar sola se apaga en un corte, por seguridad. Con la batería siguen la nevera, las luces y la calefacción.",
    "Snow and hail":
      "La nieve suele deslizarse en uno o dos días. Los paneles están certificados contra granizo.",
    "Opening hours":
      "Atendemos de lunes a viernes de 8:00 a 18:00 y los sábados de 9:00 a 13:00, hora de Denver.",
  },
};
