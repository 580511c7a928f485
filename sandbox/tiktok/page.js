// TikTok Shop on the page.
FACES.tiktok = {
  name: "TikTok Shop",
  status: {
    UNPAID: "Não pago", ON_HOLD: "Pago, em espera", AWAITING_SHIPMENT: "Aguardando envio", PARTIALLY_SHIPPING: "Envio parcial",
    AWAITING_COLLECTION: "Aguardando coleta", IN_TRANSIT: "Em trânsito", DELIVERED: "Entregue", COMPLETED: "Concluído",
    CANCELLED: "Cancelado", CANCEL_ASKED: "Cancelamento a responder",
  },
  steps: ["UNPAID", "ON_HOLD", "AWAITING_SHIPMENT", "AWAITING_COLLECTION", "IN_TRANSIT", "DELIVERED", "COMPLETED"],
  acts: {
    UNPAID: [["pay", "Pagar"], ["overdue", "Vencer"], ["cancel", "Cancelar (comprador)"]],
    ON_HOLD: [["release", "Liberar"], ["cancel", "Cancelar (comprador)"]],
    AWAITING_SHIPMENT: [["cancel", "Pedir cancelamento"], ["split", "Dividir"]],
    PARTIALLY_SHIPPING: [["cancel", "Pedir cancelamento"]], CANCEL_ASKED: [["withdraw", "Desistir do pedido de cancelamento"]],
    AWAITING_COLLECTION: [["collect", "Coletar"], ["refund", "Reembolsar"]],
    IN_TRANSIT: [["deliver", "Entregar"], ["lose", "Extraviar"], ["refund", "Reembolsar"]],
    DELIVERED: [["complete", "Concluir"], ["ask_return", "Pedir devolução"]], COMPLETED: [["ask_return", "Pedir devolução"]],
  },
  paid: { status: "AWAITING_SHIPMENT" },
  special: ["Criar com envio do vendedor", { status: "AWAITING_SHIPMENT", shipping_type: "SELLER" }],
  queue: {
    title: "Avisos (webhooks)", empty: "Nenhum aviso pendente.", waiting: "avisos a enviar", leased: "avisos repetidos",
    hint: "Aviso sem resposta 200 vazia em 3 s é repetido quatro vezes; depois some.", until: "tenta outra vez em",
  },
};
Object.assign(EFFECT, {
  invoice_uploaded: "recebeu a nota fiscal e a confere", shipped_by_seller: "recebeu o código de rastreio", label_bought: "comprou a etiqueta",
  document_given: "deu o endereço da etiqueta", cancel_accepted: "aceitou o cancelamento", webhook_set: "guardou o endereço de avisos",
});
