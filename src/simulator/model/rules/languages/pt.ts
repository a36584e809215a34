import { type LanguageRules, namedByKind } from "./shape.ts";

export const portuguese: LanguageRules = {
  wording: {
    marks:
      "oi|olá|qual|de|os|isso|vendem|bom dia|boa|quanto|custa|quero|queria|gostaria|você|vocês|obrigad[oa]|não|sim|minha|meu|é|com|uma?|da|na|em|para|pra|por favor|que|como|onde|quando|tenho|moro|moramos|casa|telhado|conta|luz|amanhã|ligação|visita|falar|posso|podem?|muito|mas|sou|está|tá|garantia|caro|tem|aqui|isso|até|mais|preço|dúvida|depois|pensar|valeu",
    letters: /[ãõç]/giu,
    prefixes: "",
    topics: {
      stop: "par(e|a|em) de (me )?(mandar|enviar|escrever|incomodar)|não me (mand|envi|escrev|incomod)~|me (tire|remova)~ da lista|não quero (mais|receber) mensage~|descadastr~",
      legal: "advogad[oa]s?|processar~|processo judicial|procon|na justiça|ação judicial",
      safety:
        "pegando fogo|incêndio|fumaça|faíscas?|choque elétrico|queimando|ferid[oa]s?|machucad[oa]",
      human:
        "uma pessoa|pessoa de verdade|um humano|atendente|consultora?|falar com (alguém|uma? ~)",
      angry:
        "ridícul[oa]|péssim[oa]s?|horrível|absurdo|inútil|perda de tempo|vergonha|inaceitável|irritad[oa]|com raiva",
      distrust: "golpe|golpistas?|enganação|enganando|picaretagem",
      injection: "ignor(e|a) (todas?|as|suas|tudo)|você agora é|prompt do sistema",
      price:
        "preços?|quanto (custa|fica|é|sai|vale|cobram)~|valor(es)?|custam?|custo|orçamento|cotação",
      expensive: "car[oa]s?|caríssim[oa]|descontos?|mais barat[oa]|não (posso|consigo) pagar",
      how: "como (isso )?(funciona|é o processo|vocês trabalham)|explic~|o processo|próximos? passos?",
      bookVerb: "agend~|marcar|marcamos|marque|me lig~|ligar? (para|pra) mim|liguem|venham",
      bookNoun: "visita|ligação|chamada|reunião|demonstração",
      call: "lig(a|ar|ação|ue|uem)|telefon~|chamada",
      visit: "visit~|vir|venham|passar",
      wish: "quero|queria|gostaria|podemos|podem|poderia~|por favor|dá pra",
      link: "calculadora|link",
      later: "depois(?! de amanhã)|mais tarde|mais adiante|pensar|outro dia|agora não|mês que vem",
      notInterested:
        "não (tenho|estou) interess~|não,? obrigad[oa]|sem interesse|mudei de ideia|não quero (mais|nada)",
      bot: "(você é|isso é|estou falando com|falo com) (um |uma )?(robô|bot|humano|pessoa|máquina|ia)",
      offTopic:
        "piadas?|poema|previsão do tempo|receita|presidente|futebol|lição de casa|capital d[ao]|traduz~",
      greeting: "oi+|olá|bom dia|boa (tarde|noite)|e aí",
      agree:
        "sim|claro|com certeza|pode ser|combinado|perfeito|ótimo|beleza|vamos|fechado|por mim tudo bem",
      refuse: "não|ainda não",
      question: "e quanto a|que tal",
    },
    opensQuestion:
      "o que|qual|quais|quanto|quando|como|onde|quem|por que|vocês|tem|posso|podem|dá pra|é possível",
    stopAlone: "pare|sair",
    closings:
      "obrigad[oa]|muito|valeu|perfeito|ótimo|beleza|tchau|até (logo|mais)|entendi|certo|combinado",
    day: "depois de amanh[ãa]|amanh[ãa]|hoje|(?:n[ae]sta |na |esta )?(?:pr[óo]xima )?(?:segunda|ter[çc]a|quarta|quinta|sexta)(?:-feira)?|(?:no |neste )?(?:s[áa]bado|domingo)|(?:na )?(?:semana que vem|pr[óo]xima semana)",
    hour: "(?:[àa]s? |por volta das? )?\\d{1,2}h(?:\\d{2})?(?: da (?:manh[ãa]|tarde|noite))?|[àa]s? \\d{1,2}(?::\\d{2})?(?: horas)?(?: da (?:manh[ãa]|tarde|noite))?|(?:de|pela|à) (?:manh[ãa]|tarde|noite)",
    place: /\bem \p{Lu}/u,
    fillers:
      "que como quanto para pra com dos das uma por tem têm casa sistema qual minha vocês você custa preço",
    synonyms: {
      garantia: "warranty",
      financiamento: "financing",
      financiar: "financing",
      parcelas: "financing",
      parcelar: "financing",
      crédito: "financing",
      bateria: "battery",
      baterias: "battery",
      carregador: "charger",
      carro: "car",
      demora: "installation time",
      instalação: "installation",
      licença: "permits",
      alvará: "permits",
      telhado: "roofs",
      telha: "roofs",
      região: "service area",
      onde: "service area",
      atendem: "service area",
      apagão: "outages",
      neve: "snow",
      granizo: "hail",
      horário: "hours",
      abertos: "hours",
      visita: "visit",
      grátis: "free",
      revisão: "check",
      limpeza: "cleaning",
      manutenção: "check",
    },
  },
  phrases: {
    hello: (business) => `Oi! Obrigado por escrever para a ${business}.`,
    helloAgain: "Oi de novo!",
    expensive: "Entendo, é uma decisão importante.",
    options: "Alguém da equipe pode ver as opções com você.",
    gotIt: "Obrigado, isso me ajuda.",
    human:
      "Claro. Vou pedir que alguém da equipe continue com você; a resposta vem nesta conversa.",
    legal:
      "Obrigado por avisar. Isso vai agora mesmo para alguém da equipe, que responde a você aqui.",
    unhappy: "Sinto muito por isso. Vou pedir que alguém da equipe verifique e responda aqui.",
    unsure:
      "Boa pergunta. Não tenho essa informação à mão; alguém da equipe verifica e responde aqui.",
    bot: (business) =>
      `Sou o assistente da ${business}, e não uma pessoa. Se preferir, alguém da equipe continua com você.`,
    offTopic: (business) => `Desculpe, aqui só posso ajudar com a ${business}.`,
    media: "Desculpe, não consigo abrir isso aqui. Pode me contar em poucas palavras?",
    unclear: "Desculpe, não entendi bem o seu áudio. Pode repetir ou escrever?",
    decline: "Sem problema, obrigado por me dizer. Se algo mudar, é só escrever aqui.",
    later: "Claro, fique à vontade. Estou aqui quando quiser retomar.",
    stop: "Entendido, não escreveremos mais para você.",
    step: namedByKind({
      visit: { title: "Visita", phrase: "a visita" },
      call: { title: "Ligação", phrase: "uma ligação" },
      demo: { title: "Demonstração", phrase: "uma demonstração" },
    }),
    offer: ({ phrase }) => `Que dia e horário ficam bons para ${phrase}?`,
    initiated: ({ title, phrase }, time) =>
      time === null
        ? `Ótimo! Vou passar adiante o seu pedido de ${phrase}, e a equipe confirma por aqui.`
        : `Ótimo! ${title}, ${time}. Vou passar para a equipe, que confirma por aqui.`,
    link: (name, url) => `Aqui está (${name}): ${url}`,
    anythingElse: "Se ficar alguma dúvida, respondo com prazer.",
    nudges: [
      "Ficou alguma dúvida? Ajudo com prazer.",
      "Se quiser, alguém da equipe vê isso com você, sem compromisso.",
      "Vou deixar por aqui para não incomodar. Quando for bom para você, é só escrever.",
    ],
    resent: "Caso a minha última mensagem não tenha chegado:",
  },
  questions: {
    solar: [
      {
        ask: "É para a sua casa ou para uma empresa?",
        told: "minha casa|nossa casa|empresa|loja|escritório",
      },
      { ask: "Em que cidade fica?", told: "moro em|moramos em|fica em|estou em" },
      {
        ask: "Mais ou menos quanto você paga de luz por mês?",
        told: "por mês|conta de luz|mensal",
      },
    ],
    plain: [
      { ask: "Para que você precisa?", told: "preciso|precisamos|é para" },
      { ask: "Quando gostaria de começar?", told: "o quanto antes|mês que vem" },
    ],
  },
  notes: {
    acts: {
      price: "perguntou os preços",
      expensive: "acha caro",
      how: "perguntou como funciona",
      human: "pediu para falar com uma pessoa",
      bookVerb: "quer dar o próximo passo",
      later: "quer pensar",
      notInterested: "não tem interesse",
      injection: "pediu para mudar as regras",
    },
    did: (acts) => `O lead ${acts}.`,
    said: (quotes) => `O lead diz: ${quotes}.`,
    wrote: "O lead escreveu.",
  },
  demoFacts: {
    "Home 4 kW system": "Sistema de 4 kW para casa: $6,900 instalado.",
    "Home 6 kW system": "Sistema de 6 kW para casa: $9,800 instalado.",
    "Home 8 kW system": "Sistema de 8 kW para casa: $12,600 instalado.",
    "Home battery": "Bateria de 10 kWh: $7,400 instalada, junto com o sistema ou mais tarde.",
    "Car charger": "Carregador de carro de 11 kW: $1,150 instalado.",
    "Yearly check-up": "Revisão anual com limpeza dos painéis: $189.",
    "Service area":
      "Instalamos no Front Range, de Fort Collins a Colorado Springs, com Denver e Boulder, e em nenhum outro lugar.",
    "Installation time":
      "A instalação leva 2 dias no telhado. Da assinatura até a energia costumam passar de 6 a 8 semanas, quase tudo à espera da licença e da companhia de luz.",
    Warranty:
      "25 anos na produção dos painéis, 12 anos no inversor, 10 anos na bateria e 10 anos no nosso trabalho, goteiras incluídas.",
    Financing:
      "Você pode pagar à vista ou em 5, 10 ou 15 anos com o nosso parceiro de crédito, com $0 de entrada e sujeito a aprovação. O parceiro informa a taxa e a parcela depois do pedido.",
    "Site visit":
      "A visita é gratuita e sem compromisso. Dura uns 45 minutos, e a proposta por escrito chega em 2 dias úteis.",
    Permits: "Cuidamos da licença de obra, da inspeção e da papelada da companhia de luz.",
    Roofs:
      "Trabalhamos com telhados de telha asfáltica, de metal e planos. Com ardósia e madeira, não. Um telhado com mais de 15 anos é inspecionado antes.",
    "Power outages":
      "A energia solar sozinha desliga numa queda de luz, por segurança. Com a bateria, a geladeira, as luzes e o aquecimento continuam ligados.",
    "Snow and hail":
      "A neve costuma escorregar em um ou dois dias. Os painéis são certificados contra granizo.",
    "Opening hours":
      "Atendemos de segunda a sexta, das 8:00 às 18:00, e aos sábados, das 9:00 às 13:00, horário de Denver.",
  },
};
