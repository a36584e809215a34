import type { Fact } from "../prompt.ts";

/** The demo business's facts as a Spanish-speaking colleague would say them, by topic. */
const spanishByTopic: Readonly<Record<string, string>> = {
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
};

const AMOUNT = /[$€£]\s?\d[\d.,]*\d|[$€£]\s?\d/g;
const NUMBER = /\d+(?:[.,:]\d+)*/g;

/**
 * A fact in Spanish. A translation is used only while every number in it still stands in the fact:
 * after an edit of a price the amount is read from the fact itself.
 */
export function inSpanish({ kind, topic, text }: Fact): string {
  const translated = spanishByTopic[topic];
  if (translated && (translated.match(NUMBER) ?? []).every((number) => text.includes(number))) {
    return translated;
  }
  const amounts = text.match(AMOUNT) ?? [];
  return kind === "price" && amounts.length > 0 ? `${topic}: ${amounts.join(", ")}.` : text;
}
